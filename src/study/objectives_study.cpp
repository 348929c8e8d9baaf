#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

#include "base/interrupt.hpp"
#include "model/network_score.hpp"
#include "study/engine_studies.hpp"
#include "study/figure.hpp"
#include "study/known_data.hpp"
#include "study/objective_outcome.hpp"
#include "train/noise_levels.hpp"

namespace scorefield::study {
namespace {

/// An objective on the process and with the prediction that are its own, where the process has a choice for data of
/// unit variance and noise up to the largest judged ratio, which is about the largest distance of two points (Song &
/// Ermon 2020, technique 1).
train::TrainSpec spec_of(train::Objective objective, const StudyRequest& request) {
    train::TrainSpec spec;
    spec.objective.name = train::objective_name(objective);
    spec.objective.levels = kJudgedRatios.size();
    spec.objective.steps = 256;
    spec.objective.points = 512;
    spec.process.name = train::natural_process(objective);
    if (spec.process.name == "ve") {
        spec.process.sigma_min = kJudgedRatios.front();
        spec.process.sigma_max = kJudgedRatios.back();
    }
    if (spec.process.name == "additive") spec.process.s = kJudgedRatios.back();
    if (spec.process.name == "edm") spec.process.sigma_data = 1;
    spec.prediction = train::natural_prediction(objective);
    spec.seed = request.seed;
    spec.steps = request.train_steps;
    return spec;
}

/// Every objective on all its levels, and some on a single one.
std::vector<train::TrainSpec> all_specs(const StudyRequest& request) {
    constexpr std::size_t kAlone = 3;
    std::vector<train::TrainSpec> all;
    all.reserve(train::kObjectives.size() + kAlone);
    for (const std::string_view name : train::kObjectives) {
        all.push_back(spec_of(train::parse_objective(name), request));
    }
    const auto alone = [&](train::Objective objective, double ratio) {
        all.push_back(spec_of(objective, request));
        all.back().objective.sigma = ratio;
    };
    alone(train::Objective::dsm, 0.01);
    alone(train::Objective::dsm, 0.16);
    alone(train::Objective::ism, 0.01);
    return all;
}

/// Trains one after the other and compares what they learn.
class ObjectivesComparison {
  public:
    ObjectivesComparison(session::Engine& engine, const StudyRequest& request, std::size_t data_sets)
        : make_(engine.trainer_maker()),
          particles_(request.particles),
          specs_(all_specs(request)),
          bar_("study objectives", data_sets * specs_.size() * specs_.front().steps, "steps", request.progress) {}

    std::vector<ObjectiveOutcome> on(const KnownData& data) {
        std::vector<ScoreReference> references;
        for (const double ratio : kJudgedRatios) {
            base::require_not_interrupted();
            references.push_back(score_reference(pool_, *data.target, ratio, particles_));
        }
        std::vector<ObjectiveOutcome> outcomes;
        for (const train::TrainSpec& spec : specs_) {
            outcomes.push_back(outcome_of(spec, *data.dataset, references));
        }
        return outcomes;
    }

  private:
    void train(train::Trainer& trainer, const train::TrainSpec& spec) {
        constexpr std::uint64_t kAtOnce = 8;
        while (trainer.steps() < spec.steps) {
            base::require_not_interrupted();
            trainer.advance(std::min(kAtOnce, spec.steps - trainer.steps()));
            for (const train::StepReport& report : trainer.reports(trainer.steps() == spec.steps)) {
                train::require_convergence(report, spec);
                bar_.update(++done_, fmt::format("{} loss {:.3g}", outcome_name(spec), report.loss));
            }
        }
    }

    ObjectiveOutcome outcome_of(const train::TrainSpec& spec, const data::Dataset& data,
                                const std::vector<ScoreReference>& references) {
        const auto process = diffusion::make_process(spec.process);
        const auto trainer = make_(spec, data, *process);
        const auto start = std::chrono::steady_clock::now();
        train(*trainer, spec);
        ObjectiveOutcome outcome = {spec};
        outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const diffusion::Parametrisation parametrisation = train::parametrisation(spec);
        const model::NetworkScore network(trainer->network(), trainer->averaged_weights(), "study objectives");
        const std::vector<train::NoiseLevel> levels =
            train::noise_levels(*process, parametrisation, train::parse_objective(spec.objective.name), spec.objective);
        for (std::size_t i = 0; i < references.size(); ++i) {
            if (!sees(levels, references[i].ratio)) continue;
            outcome.errors.at(i) = score_error(pool_, network, parametrisation, *process, references[i]);
        }
        return outcome;
    }

    /// Whether the levels reach a ratio, but for a tenth.
    static bool sees(const std::vector<train::NoiseLevel>& levels, double ratio) {
        constexpr double kRoom = 1.1;
        const auto ratio_of = [](const train::NoiseLevel& level) {
            return std::hypot(level.sigma, level.sigma_step) / level.alpha;
        };
        return ratio * kRoom >= ratio_of(levels.front()) && ratio <= kRoom * ratio_of(levels.back());
    }

    train::TrainerMaker make_;
    std::uint32_t particles_;
    std::vector<train::TrainSpec> specs_;
    base::Progress bar_;
    base::ThreadPool pool_;
    std::uint64_t done_ = 0;
};

Table claims_of(std::vector<std::vector<Cell>> rows) {
    return {
        .title = "Expectations of the theory: score errors at a given σ/α, and ratios of score errors",
        .columns = kClaimColumns,
        .rows = std::move(rows),
        .notes = {"Without weights, the dsm loss is dominated by the lowest noise levels. The regression target of dsm "
                  "has noise of variance 1/σ² around a finite score, so that little can be learned at small σ; ism has "
                  "no such noise. A score computed from a noise or data prediction is a small difference divided by σ "
                  "or σ². Between the modes there are no data to learn from, until the noise fills the gaps. The "
                  "target of one_step is mostly the noise of the step, of which the score explains little."}};
}

}  // namespace

std::vector<Table> objectives_study(session::Engine& engine, const StudyRequest& request) {
    std::optional<Figure> figure;
    if (!request.out.empty()) {
        figure.emplace(
            engine, "Score error of the training objectives: in dense regions (solid) and in sparse regions (dashed)",
            FigureLayout{.columns = 3, .rows = 2}, request.out);
    }
    std::vector<KnownData> all_data;
    all_data.push_back(known_mixture());
    all_data.push_back(known_swiss_roll());
    std::vector<Table> tables;
    std::vector<std::vector<Cell>> claims;
    std::vector<render::Plot> plots;
    {
        ObjectivesComparison comparison(engine, request, all_data.size());
        for (const KnownData& data : all_data) {
            const std::string name = data.dataset->name();
            const std::vector<ObjectiveOutcome> outcomes = comparison.on(data);
            std::ranges::move(outcome_tables(name, outcomes), std::back_inserter(tables));
            std::ranges::move(claim_rows(name, outcomes), std::back_inserter(claims));
            std::ranges::move(outcome_plots(name, outcomes), std::back_inserter(plots));
        }
    }
    tables.push_back(claims_of(std::move(claims)));
    if (figure) {
        for (const render::Plot& plot : plots) figure->add_curves(plot);
        figure->write();
    }
    return tables;
}

}  // namespace scorefield::study
