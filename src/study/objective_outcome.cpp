#include "study/objective_outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "diffusion/prediction.hpp"

namespace scorefield::study {
namespace {

/// Where the error is looked for: where noised data are, or hardly are.
enum class Places { dense, sparse };

std::optional<double> error_at(const ObjectiveOutcome& outcome, std::size_t ratio, Places places) {
    const std::optional<ScoreError>& error = outcome.errors.at(ratio);
    if (!error) return std::nullopt;
    return places == Places::dense ? std::optional(error->dense) : error->sparse;
}

Table error_table(const std::string& title, const std::vector<ObjectiveOutcome>& outcomes, Places places) {
    Table table = {.title = title, .columns = {"objective", "process", "predicts", "seconds"}, .rows = {}, .notes = {}};
    for (const double ratio : kJudgedRatios) table.columns.push_back(fmt::format("{:g}", ratio));
    for (const ObjectiveOutcome& outcome : outcomes) {
        std::vector<Cell> row = {outcome_name(outcome.spec), outcome.spec.process.name,
                                 std::string(diffusion::prediction_name(outcome.spec.prediction)), outcome.seconds};
        for (std::size_t i = 0; i < kJudgedRatios.size(); ++i) {
            const std::optional<double> error = error_at(outcome, i, places);
            row.push_back(error ? Cell(*error) : Cell("-"));
        }
        table.rows.push_back(std::move(row));
    }
    table.notes = {
        "Root mean square error of the score, relative to the exact score, at the given σ/α; a score of zero has the "
        "error 1. '-': the objective is not trained at this ratio, or there is no sparse region."};
    return table;
}

/// Finds outcomes and errors by name and ratio.
class Errors {
  public:
    explicit Errors(const std::vector<ObjectiveOutcome>& outcomes) : outcomes_(outcomes) {}

    double at(train::Objective objective, double ratio, Places places = Places::dense) const {
        return value(train::objective_name(objective), ratio, places);
    }
    /// The error after training on that level alone.
    double alone(train::Objective objective, double ratio, Places places = Places::dense) const {
        train::TrainSpec spec;
        spec.objective.name = train::objective_name(objective);
        spec.objective.sigma = ratio;
        return value(outcome_name(spec), ratio, places);
    }
    /// The largest error of the objectives that see the ratio and train on all their levels, except those without a
    /// weight or with a target of more noise.
    double largest(double ratio) const {
        double most = 0;
        for (const ObjectiveOutcome& outcome : outcomes_) {
            const std::string& name = outcome.spec.objective.name;
            if (name == "dsm" || name == "one_step" || outcome.spec.objective.sigma) continue;
            most = std::max(most, error_at(outcome, place(ratio), Places::dense).value_or(0));
        }
        return most;
    }
    double smallest_sparse(double ratio) const {
        double least = std::numeric_limits<double>::infinity();
        for (const ObjectiveOutcome& outcome : outcomes_) {
            least = std::min(least, error_at(outcome, place(ratio), Places::sparse).value_or(least));
        }
        return least;
    }

  private:
    static std::size_t place(double ratio) {
        return static_cast<std::size_t>(std::ranges::find(kJudgedRatios, ratio) - kJudgedRatios.begin());
    }
    double value(std::string_view name, double ratio, Places places) const {
        const auto found = std::ranges::find_if(
            outcomes_, [&](const ObjectiveOutcome& outcome) { return outcome_name(outcome.spec) == name; });
        if (found == outcomes_.end()) throw std::logic_error("an objective without outcome");
        return error_at(*found, place(ratio), places).value_or(std::numeric_limits<double>::quiet_NaN());
    }

    const std::vector<ObjectiveOutcome>& outcomes_;
};

std::vector<Cell> claim(const std::string& data, const std::string& expected, std::optional<double> low,
                        std::optional<double> high, double measured) {
    const auto bound = [](std::optional<double> value) { return value ? Cell(*value) : Cell("-"); };
    const bool met = measured >= low.value_or(measured) && measured <= high.value_or(measured);
    return {data, expected, bound(low), bound(high), measured, met};
}

/// Errors of one objective over the ratios, in both kinds of places.
std::vector<render::Curve> curves_of(const ObjectiveOutcome& outcome, std::size_t colour) {
    std::vector<render::Curve> curves;
    for (const Places places : {Places::dense, Places::sparse}) {
        const bool dense = places == Places::dense;
        render::Curve curve = {.name = dense ? outcome_name(outcome.spec) : "",
                               .x = {},
                               .y = {},
                               .colour = render::curve_colour(colour),
                               .width = dense ? 2.5 : 1.2,
                               .dashed = !dense};
        for (std::size_t i = 0; i < kJudgedRatios.size(); ++i) {
            const double nothing = std::numeric_limits<double>::quiet_NaN();
            curve.x.push_back(kJudgedRatios[i]);
            curve.y.push_back(error_at(outcome, i, places).value_or(nothing));
        }
        curves.push_back(std::move(curve));
    }
    return curves;
}

}  // namespace

std::string outcome_name(const train::TrainSpec& spec) {
    if (!spec.objective.sigma) return spec.objective.name;
    return fmt::format("{}, σ/α = {:g}", spec.objective.name, *spec.objective.sigma);
}

std::vector<Table> outcome_tables(const std::string& data, const std::vector<ObjectiveOutcome>& outcomes) {
    return {error_table(data + ": score error in dense regions of the noised data, over σ/α", outcomes, Places::dense),
            error_table(data + ": score error in sparse regions, over σ/α", outcomes, Places::sparse)};
}

std::vector<std::vector<Cell>> claim_rows(const std::string& data, const std::vector<ObjectiveOutcome>& outcomes) {
    using train::Objective;
    const Errors errors(outcomes);
    const auto sparse = [&](Objective objective, double ratio) { return errors.at(objective, ratio, Places::sparse); };
    return {
        claim(data, "largest error except dsm and one_step, at 1.28", {}, 0.15, errors.largest(1.28)),
        claim(data, "dsm (no weights) / ncsn, at 2.56", 3, {},
              errors.at(Objective::dsm, 2.56) / errors.at(Objective::ncsn, 2.56)),
        claim(data, "dsm trained at 0.01 only / dsm trained at 0.16 only", 2, {},
              errors.alone(Objective::dsm, 0.01) / errors.alone(Objective::dsm, 0.16)),
        claim(data, "dsm trained at 0.01 only / ism trained at 0.01 only", 1, {},
              errors.alone(Objective::dsm, 0.01) / errors.alone(Objective::ism, 0.01)),
        claim(data, "ism trained at 0.01 only, sparse / dense", 3, {},
              errors.alone(Objective::ism, 0.01, Places::sparse) / errors.alone(Objective::ism, 0.01)),
        claim(data, "noise prediction (simple), at 0.01 / at 0.32", 3, {},
              errors.at(Objective::simple, 0.01) / errors.at(Objective::simple, 0.32)),
        claim(data, "data prediction (x0), at 0.01 / at 0.32", 10, {},
              errors.at(Objective::x0, 0.01) / errors.at(Objective::x0, 0.32)),
        claim(data, "ism, sparse, at 0.08", 0.4, {}, sparse(Objective::ism, 0.08)),
        claim(data, "ssm, sparse, at 0.08", 0.4, {}, sparse(Objective::ssm, 0.08)),
        claim(data, "best objective, sparse, at 0.08", 0.2, {}, errors.smallest_sparse(0.08)),
        claim(data, "ism, sparse, at 0.32 / at 0.08", {}, 0.8,
              sparse(Objective::ism, 0.32) / sparse(Objective::ism, 0.08)),
        claim(data, "one_step / ncsn, at 1.28", 2, {},
              errors.at(Objective::one_step, 1.28) / errors.at(Objective::ncsn, 1.28)),
    };
}

std::vector<render::Plot> outcome_plots(const std::string& data, const std::vector<ObjectiveOutcome>& outcomes) {
    const auto plot = [&](const std::string& of) {
        return render::Plot{
            .title = data + ": " + of,
            .x = {.label = "σ/α", .low = kJudgedRatios.front(), .high = kJudgedRatios.back(), .logarithmic = true},
            .y = {.label = "relative score error", .low = 1e-3, .high = 1e2, .logarithmic = true},
            .curves = {}};
    };
    std::vector<render::Plot> plots = {plot("discrete levels (ddpm)"), plot("processes of their own"),
                                       plot("score on ve")};
    std::array<std::size_t, 3> colours = {};
    for (const ObjectiveOutcome& outcome : outcomes) {
        if (outcome.spec.objective.sigma) continue;
        const std::string& process = outcome.spec.process.name;
        const std::size_t which = process == "ddpm" ? 0 : process == "ve" ? 2 : 1;
        for (render::Curve& curve : curves_of(outcome, colours.at(which)++)) {
            plots[which].curves.push_back(std::move(curve));
        }
    }
    return plots;
}

}  // namespace scorefield::study
