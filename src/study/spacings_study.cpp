#include "study/spacings_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <span>
#include <string>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/random.hpp"
#include "base/thread_pool.hpp"
#include "data/datasets.hpp"
#include "data/neighbours.hpp"
#include "data/scaling.hpp"
#include "diffusion/automatic_spacing.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/target.hpp"
#include "model/checkpoint.hpp"
#include "model/model.hpp"
#include "settings/resolve.hpp"

namespace scorefield::study {
namespace {

constexpr std::array<std::string_view, 5> kCandidates = {"even", "quadratic", "karras", "lambda", "exponential"};
/// One of each family: first order, few-step, second order, ancestral.
constexpr std::array<std::string_view, 4> kSamplers = {"ddim", "dpmpp_2m", "heun", "ddpm"};
constexpr std::array<int, 2> kSpacingSteps = {20, 50};
/// Processes that no shipped model has, tried with the exact score.
constexpr std::array<std::string_view, 2> kExactProcesses = {"ou", "additive"};
constexpr std::string_view kExactTarget = "tree";

/// A score, and the data that its samples are compared with.
struct Subject {
    std::string name;
    model::Model model;
    data::Points fresh;            ///< in the units of the states
    diffusion::AxisMoments clean;  ///< of x_0
};

Subject subject_of(std::string name, model::Model model, data::Points fresh) {
    Subject subject = {std::move(name), std::move(model), std::move(fresh), {}};
    const std::size_t dim = subject.fresh.dim;
    const auto count = static_cast<double>(subject.fresh.count);
    std::vector<double>& mean = subject.clean.mean;
    std::vector<double>& variance = subject.clean.variance;
    mean.assign(dim, 0.0);
    variance.assign(dim, 0.0);
    for (std::size_t i = 0; i < subject.fresh.values.size(); ++i) mean[i % dim] += subject.fresh.values[i] / count;
    for (std::size_t i = 0; i < subject.fresh.values.size(); ++i) {
        variance[i % dim] += std::pow(subject.fresh.values[i] - mean[i % dim], 2) / count;
    }
    return subject;
}

Subject shipped_subject(const std::filesystem::path& path, const StudyRequest& request) {
    constexpr std::uint64_t kFreshSeeds = 0x59ac'1265'0000'0000;
    settings::Settings settings;
    settings.model = path.string();
    model::Model model = settings::open_model(settings);
    const std::unique_ptr<data::Dataset> dataset = data::open_dataset(model.data);
    data::Points fresh =
        data::standardise(dataset->draw(kFreshSeeds + request.seed, 0, request.particles), model.scaling);
    return subject_of(path.stem().string(), std::move(model), std::move(fresh));
}

Subject exact_subject(std::string_view process, const StudyRequest& request) {
    settings::Settings settings;
    settings.target = kExactTarget;
    settings.process.name = process;
    model::Model model = settings::open_model(settings);
    const std::vector<double> draws = model.target->sample(request.seed, {0, request.particles});
    data::Points fresh = {request.particles, model.dim(), {draws.begin(), draws.end()}, {}, {}};
    return subject_of(fmt::format("{}, exact, {}", kExactTarget, process), std::move(model), std::move(fresh));
}

/// Normal, with the data's mean and variance at the first level.
std::vector<double> start_states(const Subject& subject, const diffusion::Marginal& at, std::uint64_t seed,
                                 std::uint32_t particles) {
    const diffusion::AxisMoments moments = diffusion::marginal_moments(subject.clean, at);
    const std::size_t dim = subject.fresh.dim;
    std::vector<double> states(particles * dim);
    for (std::uint32_t i = 0; i < particles; ++i) {
        const auto draws = base::normal4(seed, i, 0, 0, base::kInitStream);
        for (std::size_t e = 0; e < dim; ++e) {
            states[i * dim + e] = moments.mean[e] + std::sqrt(moments.variance[e]) * static_cast<double>(draws[e]);
        }
    }
    return states;
}

/// Runs samples of one subject on all cores and compares them with its data.
class Bench {
  public:
    explicit Bench(const StudyRequest& request) : request_(request) {}

    /// T; NaN if the process does not support the spacing or the samples are not finite.
    double two_sample(const Subject& subject, std::string_view sampler, std::string_view spacing, int steps) {
        try {
            return data::compare_neighbours(samples(subject, sampler, spacing, steps), subject.fresh).two_sample;
        } catch (const base::Error&) {
            base::require_not_interrupted();
            return std::numeric_limits<double>::quiet_NaN();
        }
    }

  private:
    data::Points samples(const Subject& subject, std::string_view sampler, std::string_view spacing, int steps) {
        constexpr std::uint32_t kBlock = 512;
        const model::Model& model = subject.model;
        const diffusion::SpacingSettings levels = {.name = std::string(spacing),
                                                   .least_alpha = diffusion::sampler_info(sampler).least_alpha};
        const diffusion::TimeGrid grid = diffusion::make_time_grid(model.process, levels, steps);
        const diffusion::Program program =
            diffusion::compile_program(grid, model.parametrisation, {.name = std::string(sampler)});
        const std::unique_ptr<diffusion::ScoreSource> score = model.host_score();
        const diffusion::ScoreSource* const sources[] = {score.get()};
        const std::size_t dim = subject.fresh.dim;
        const std::uint32_t particles = request_.particles;
        const std::vector<double> start = start_states(subject, grid.steps().front().from.at, request_.seed, particles);
        data::Points result = {particles, dim, std::vector<float>(start.size()), {}, {}};
        pool_.run((particles + kBlock - 1) / kBlock, [&](std::size_t block) {
            const auto first = static_cast<std::uint32_t>(block * kBlock);
            const std::uint32_t count = std::min(kBlock, particles - first);
            const std::vector<double> states = diffusion::interpret(
                program, sources, std::span(start).subspan(first * dim, count * dim), request_.seed, {first, count});
            std::ranges::transform(states, result.values.begin() + static_cast<std::ptrdiff_t>(first * dim),
                                   [](double x) { return static_cast<float>(x); });
        });
        return result;
    }

    StudyRequest request_;
    base::ThreadPool pool_;
};

/// Sums of one process over models, samplers and steps.
struct Sum {
    std::array<double, kCandidates.size()> excess = {};  ///< T − ½
    std::array<int, kCandidates.size()> count = {};
    int agreed = 0;
    int rows = 0;
};

std::vector<Subject> all_subjects(const StudyRequest& request, const std::string& data) {
    std::vector<Subject> subjects;
    for (const std::filesystem::path& path : model::models_in(model::default_model().parent_path())) {
        if (!data.empty() && model::read_checkpoint(path).data != data) continue;
        subjects.push_back(shipped_subject(path, request));
    }
    if (subjects.empty()) {
        throw base::request_error(
            "no shipped model for this data set", "--data",
            fmt::format("none in {} was trained on {}", model::default_model().parent_path().string(), data),
            "omit --data to test all models");
    }
    if (!data.empty()) return subjects;
    for (const std::string_view process : kExactProcesses) subjects.push_back(exact_subject(process, request));
    return subjects;
}

std::vector<std::string> with_candidates(std::vector<std::string> columns, std::vector<std::string> last) {
    columns.insert(columns.end(), kCandidates.begin(), kCandidates.end());
    columns.insert(columns.end(), last.begin(), last.end());
    return columns;
}

Table by_process(const std::map<std::string, Sum>& sums) {
    Table table = {.title = "Mean T over models, samplers and steps",
                   .columns = with_candidates({"process"}, {"rows", "pass"}),
                   .rows = {},
                   .notes = {}};
    for (const auto& [process, sum] : sums) {
        std::vector<Cell> row = {process};
        for (std::size_t k = 0; k < kCandidates.size(); ++k) {
            row.push_back(sum.count.at(k) == 0 ? Cell("-") : Cell(0.5 + sum.excess.at(k) / sum.count.at(k)));
        }
        row.emplace_back(std::int64_t{sum.rows});
        row.emplace_back(2 * sum.agreed > sum.rows);
        table.rows.push_back(std::move(row));
    }
    table.notes.emplace_back("'pass': the automatic spacing passes in more than half of the rows of this process.");
    return table;
}

}  // namespace

std::vector<Table> spacings_study(const StudyRequest& request, const std::string& data) {
    // Four standard deviations of a difference of two T, each 0.2/√n.
    const double chance = 4 * std::sqrt(2.0) * 0.2 / std::sqrt(static_cast<double>(request.particles));
    const std::vector<Subject> subjects = all_subjects(request, data);
    StudyProgress progress(request, "spacings", subjects.size() * kSamplers.size() * kSpacingSteps.size());
    Bench bench(request);
    Table table = {
        .title = fmt::format("k-NN two-sample statistic T by spacing, {} particles", request.particles),
        .columns = with_candidates({"model", "process", "prediction", "sampler", "steps"}, {"best", "auto", "pass"}),
        .rows = {},
        .notes = {}};
    std::map<std::string, Sum> sums;
    for (const Subject& subject : subjects) {
        const std::string process(subject.model.process->name());
        const diffusion::Prediction prediction = subject.model.parametrisation.prediction;
        for (const std::string_view sampler : kSamplers) {
            for (const int steps : kSpacingSteps) {
                progress.next(fmt::format("{}, {}, {} steps", subject.name, sampler, steps));
                const std::string chosen = diffusion::automatic_spacing(*subject.model.process, prediction,
                                                                        {.name = std::string(sampler)}, steps)
                                               .name;
                std::vector<Cell> row = {subject.name, process, std::string(diffusion::prediction_name(prediction)),
                                         std::string(sampler), std::int64_t{steps}};
                Sum& sum = sums[process];
                double best = std::numeric_limits<double>::infinity();
                double built_in = std::numeric_limits<double>::infinity();
                std::string best_name;
                for (std::size_t k = 0; k < kCandidates.size(); ++k) {
                    const double t = bench.two_sample(subject, sampler, kCandidates.at(k), steps);
                    if (std::isnan(t)) {
                        row.emplace_back("-");
                        continue;
                    }
                    row.emplace_back(t);
                    sum.excess.at(k) += t - 0.5;
                    ++sum.count.at(k);
                    if (kCandidates.at(k) == chosen) built_in = t;
                    if (t >= best) continue;
                    best = t;
                    best_name = kCandidates.at(k);
                }
                const bool met = built_in <= best + chance;
                row.insert(row.end(), {best_name, chosen, met});
                table.rows.push_back(std::move(row));
                ++sum.rows;
                sum.agreed += met ? 1 : 0;
            }
        }
    }
    table.notes.push_back(
        fmt::format("T = 0.5: samples and data are indistinguishable; T = 1: they are disjoint. Each spacing starts at "
                    "{}, as auto does. 'pass': T of the automatic spacing exceeds the best T by at most {:.2g} (4 "
                    "standard deviations of the difference).",
                    diffusion::first_level_text(), chance));
    return {std::move(table), by_process(sums)};
}

}  // namespace scorefield::study
