#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "app/study/agreement.hpp"
#include "app/study/gpu_population.hpp"
#include "app/study/gpu_studies.hpp"
#include "app/study/line_law.hpp"
#include "app/study/orders.hpp"
#include "diffusion/course.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/targets.hpp"

namespace scorefield::app {
namespace {

using namespace diffusion;

constexpr std::array<int, 3> kSteps = {10, 20, 40};
/// Both targets, the process that all samplers go through.
constexpr const char* kProcess = "vp";
/// Of the coarsest run: the rest of the bias after twice halved steps, had it the first order, and half as much again.
constexpr double kBiasLeft = 1.5 / 4;

/// Every sampler that draws noise, in its default settings; those that keep values (repaint) left out.
std::vector<SamplerSettings> stochastic_settings() {
    std::vector<SamplerSettings> all;
    for (const SamplerInfo& info : samplers()) {
        if (!info.stochastic || info.masked) continue;
        SamplerSettings settings;
        settings.name = info.name;
        if (info.name == "ddim") settings.eta = 1;
        if (info.name == "langevin") settings.clean = true;
        if (info.name == "annealed_langevin") settings.iterations = 10;
        all.push_back(settings);
        if (info.name != "ddpm") continue;
        settings.variance = "small";
        all.push_back(settings);
    }
    return all;
}

/// Nodes even in log(alpha/sigma) from the prior to λ = 3, the last step to the clean state.
Course course_of(int steps) {
    constexpr double kLastLogSnr = 3;
    ProcessSettings settings;
    settings.name = kProcess;
    const std::shared_ptr<const NoiseProcess> process = make_process(settings);
    const double first = log_snr(process->marginal(process->times().highest));
    std::vector<double> times = {process->times().highest};
    for (int i = 1; i < steps; ++i) times.push_back(process->time_at(first + (kLastLogSnr - first) * i / (steps - 1)));
    return {process, times};
}

Prediction prediction_of(const SamplerSettings& settings) {
    return settings.name == "langevin" ? Prediction::score : Prediction::x0;
}

Program compile(const SamplerSettings& settings, const std::shared_ptr<const Target>& target, int steps,
                std::uint64_t seed) {
    const ExactScore source(target, prediction_of(settings));
    Pilot pilot(source, seed);
    return compile_program(course_of(steps), prediction_of(settings), settings, &pilot);
}

std::shared_ptr<const Target> named(const char* name) {
    TargetSettings settings;
    settings.name = name;
    return open_target(settings);
}

LineLaw law_of_mixture_a() {
    constexpr std::array<double, 2> kWeights = {0.3, 0.7};
    constexpr std::array<double, 2> kMeans = {-2, 2};
    constexpr std::array<double, 2> kDeviations = {0.2, 1};
    return LineLaw::mixture(kWeights, kMeans, kDeviations);
}

/// A population for each prediction that samplers ask for.
class Populations {
  public:
    Populations(gpu::Device& device, const std::shared_ptr<const Target>& target, const StudyRequest& request)
        : denoiser_(device, target, Prediction::x0, request), score_(device, target, Prediction::score, request) {}

    GpuPopulation& of(const SamplerSettings& settings) {
        return prediction_of(settings) == Prediction::score ? score_ : denoiser_;
    }

  private:
    GpuPopulation denoiser_;
    GpuPopulation score_;
};

Table on_the_line(gpu::Device& device, const StudyRequest& request, StudyProgress& progress) {
    const std::shared_ptr<const Target> target = named("mixture_a");
    Populations populations(device, target, request);
    const LineLaw exact = law_of_mixture_a();
    constexpr std::array<double, 1> kLine = {1.0};
    const std::vector<float> draws = sorted_along(populations.of({}).draws(), kLine);
    const double critical = ks_critical(request.particles, request.particles);
    Table table = {.title = "Terminal distributions on 0.3 N(-2, 0.2^2) + 0.7 N(2, 1), vp from N(0, 1)",
                   .columns = {"sampler", "steps", "distance from exact draws", "critical", "bias of the steps",
                               "distance from predicted law", "critical", "mean", "variance", "met"},
                   .rows = {},
                   .notes = {}};
    for (const SamplerSettings& settings : stochastic_settings()) {
        double coarsest = 0;
        for (const int steps : kSteps) {
            progress.next(fmt::format("{}, {} steps", describe(settings), steps));
            const Program program = compile(settings, target, steps, request.seed);
            const std::vector<float> sample = sorted_along(populations.of(settings).run(program), kLine);
            const ExactScore source(target, prediction_of(settings));
            const ScoreSource* const sources[] = {&source};
            const std::optional<LineLaw> law = law_after(program, sources, LineLaw::normal(0, program.init_scale));
            const double distance = ks_distance(draws, sample);
            if (steps == kSteps.front()) coarsest = distance;
            std::vector<Cell> row = {describe(settings), std::int64_t{steps}, distance, critical};
            const double of_law = law ? ks_distance(sample, *law) : 0;
            const double law_critical = ks_critical(request.particles);
            row.push_back(law ? Cell(ks_distance(*law, exact)) : Cell("unknown"));
            row.push_back(law ? Cell(of_law) : Cell("unknown"));
            const Moments moments = moments_of(sample);
            row.insert(row.end(), {law_critical, moments.mean, moments.variance});
            const bool finest = steps == kSteps.back();
            const bool fallen = distance <= critical + kBiasLeft * coarsest;
            row.push_back(law ? Cell(of_law <= law_critical) : finest ? Cell(fallen) : Cell("-"));
            table.rows.push_back(std::move(row));
        }
    }
    table.notes = {
        "Bias of the steps: the distance of the exact law of that many steps, carried through the program on a grid, "
        "from "
        "the target; met where the sample is within chance (critical: exceeded once in a thousand) of that law, so "
        "that "
        "its difference from exact draws is Monte Carlo error and that bias.",
        fmt::format(
            "Unknown: what the program keeps of earlier steps makes it no Markov chain of one register; met where "
            "the distance has fallen with the steps as the first order says, to {} of the coarsest and chance.",
            kBiasLeft),
        "Langevin dynamics does not mix in so few steps; consistency and lcm take the denoiser for a consistency "
        "function, "
        "as a distilled model would be one: the law that is predicted for them, and met, is not the target's."};
    return table;
}

/// Distances along several directions: the largest.
double distance_along_directions(std::span<const float> a, std::span<const float> b) {
    constexpr int kDirections = 4;
    double worst = 0;
    for (int k = 0; k < kDirections; ++k) {
        const double angle = std::numbers::pi * k / kDirections;
        const std::array<double, 2> direction = {std::cos(angle), std::sin(angle)};
        worst = std::max(worst, ks_distance(sorted_along(a, direction), sorted_along(b, direction)));
    }
    return worst;
}

std::shared_ptr<const Target> plane_mixture() {
    return std::make_shared<const GaussianMixture>(
        std::vector<MixtureComponent>{{.weight = 0.5, .mean = {1.5, 0}, .covariance = {0.5, 0.2, 0.2, 0.4}},
                                      {.weight = 0.3, .mean = {-1, 1}, .covariance = {0.3, 0, 0, 0.6}},
                                      {.weight = 0.2, .mean = {0, -2}, .covariance = {0.6, -0.1, -0.1, 0.3}}});
}

Table in_the_plane(gpu::Device& device, const StudyRequest& request, StudyProgress& progress) {
    const std::shared_ptr<const Target> target = plane_mixture();
    Populations populations(device, target, request);
    const std::vector<float> draws = populations.of({}).draws();
    const double critical = ks_critical(request.particles, request.particles);
    Table table = {.title = "Terminal distributions on three correlated Gaussians in two dimensions, vp from N(0, I)",
                   .columns = {"sampler", "10 steps", "20 steps", "40 steps", "critical", "order of the bias", "met"},
                   .rows = {},
                   .notes = {}};
    for (const SamplerSettings& settings : stochastic_settings()) {
        std::vector<Cell> row = {describe(settings)};
        std::vector<double> distances;
        for (const int steps : kSteps) {
            progress.next(fmt::format("{}, {} steps, plane", describe(settings), steps));
            const Program program = compile(settings, target, steps, request.seed);
            distances.push_back(distance_along_directions(draws, populations.of(settings).run(program)));
            row.emplace_back(distances.back());
        }
        row.emplace_back(critical);
        row.emplace_back(std::log2(distances[0] / distances[1]));
        row.emplace_back(distances[2] <= critical + kBiasLeft * distances[0]);
        table.rows.push_back(std::move(row));
    }
    table.notes = {
        fmt::format("Largest distance from exact draws along four directions; critical: what chance exceeds once in a "
                    "thousand. Met where four times the steps leave at most {} of the bias, and chance: the difference "
                    "is then the bias of the step size, of at least the first order, and Monte Carlo error.",
                    kBiasLeft),
        "Not met: Langevin dynamics, which does not mix in so few steps; consistency and lcm, which take the denoiser "
        "for "
        "a consistency function. Their difference is no bias of the step size."};
    return table;
}

}  // namespace

std::vector<Table> laws_study(gpu::Device& device, const StudyRequest& request) {
    StudyProgress progress(request, "laws", 2 * kSteps.size() * stochastic_settings().size());
    Table line = on_the_line(device, request, progress);
    return {std::move(line), in_the_plane(device, request, progress)};
}

}  // namespace scorefield::app
