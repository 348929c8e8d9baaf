#include "study/orders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "base/error.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/targets.hpp"

namespace scorefield::study {
namespace {

using namespace diffusion;

/// From almost pure noise: a multistep method started later shows its low-order warm-up.
constexpr double kStartLogSnr = -7;
/// Where adaptive solvers start. They are one-step methods, so they may start later; what their pilot starts from is
/// then like the states.
constexpr double kAdaptiveStartLogSnr = -2;
constexpr double kEndLogSnr = 2;
constexpr std::uint32_t kParticles = 16;
constexpr std::uint64_t kSeed = 4;
/// Multiples of 6, so that groups of two or three steps come out even.
constexpr std::array<int, 2> kOrderSteps = {384, 768};
/// Where the order is 5: the next one shows for longer.
constexpr std::array<int, 2> kFineSteps = {768, 1536};
/// The finest that need no more steps than an adaptive solver may take: of third order and of fifth.
constexpr std::array<double, 2> kTolerances = {1e-9, 1e-10};
constexpr std::array<double, 2> kFineTolerances = {1e-11, 1e-12};
constexpr double kAgreement = 0.25;
constexpr std::array<const char*, 4> kProcesses = {"vp", "ve", "edm", "flow"};

/// The order of accuracy of a sampler: that of its setting `order` (1 where it has none) up to `most`, plus `more`.
struct Theory {
    std::string_view name;
    int fixed = 0;  ///< of samplers without that setting
    int most = 0;
    int more = 0;
};

constexpr std::array<Theory, 22> kTheory = {
    {
        {"ddim", 1},        {"ddim_inverse", 1, 2},
        {"euler", 1},       {"euler_ancestral", 1},
        {"gamma", 1},       {"heun", 2},
        {"midpoint", 2},    {"edm_stochastic", 2},
        {"kdpm2", 2},       {"kdpm2_ancestral", 2},
        {"rk4", 4},         {"rk23", 3},
        {"rk45", 5},        {"lms", 4, 4},
        {"deis", 3, 3},     {"ipndm", 2, 2},  // extrapolates as if steps were even: on others its second order stays
        {"pndm", 2, 2},                       // so does its
        {"dpm", 2, 2},                        // the third estimate's weight is not that of the third order
        {"dpmpp_2m", 2, 2},                   // so here
        {"dpmpp_3m", 2, 2}, {"dpm_single", 3, 3},
        {"unipc", 2, 4, 1},
    }};

bool takes(const SamplerInfo& info, std::string_view parameter) {
    return std::ranges::find(info.parameters, parameter, &SamplerParameter::name) != info.parameters.end();
}

std::optional<int> expected_order(const SamplerSettings& settings) {
    const auto* const theory = std::ranges::find(kTheory, settings.name, &Theory::name);
    if (theory == kTheory.end()) return std::nullopt;
    return settings.order ? std::min(*settings.order, theory->most) + theory->more : theory->fixed;
}

/// The settings in which the sampler draws nothing; none where it always does.
std::optional<SamplerSettings> without_noise(const SamplerInfo& info) {
    SamplerSettings settings;
    settings.name = info.name;
    if (takes(info, "lower_order_final")) settings.lower_order_final = false;
    if (!info.stochastic) return settings;
    if (takes(info, "predictor")) return std::nullopt;  // its corrector draws
    if (takes(info, "eta")) {
        settings.eta = 0;
    } else if (takes(info, "gamma")) {
        settings.gamma = 0;
    } else if (takes(info, "churn")) {
        settings.churn = 0;
    } else {
        return std::nullopt;
    }
    return settings;
}

std::shared_ptr<const NoiseProcess> process_from(const std::string& name, double start_log_snr) {
    ProcessSettings settings;
    settings.name = name;
    if (name == "vp") settings.beta_max = 40;
    if (name == "ve" || name == "edm") settings.sigma_max = std::exp(-start_log_snr);
    return make_process(settings);
}

TimeGrid time_grid_of(const std::string& process_name, int steps, double start_log_snr, bool from_data) {
    const std::shared_ptr<const NoiseProcess> process = process_from(process_name, start_log_snr);
    std::vector<double> times;
    for (int i = 0; i <= steps; ++i) {
        times.push_back(process->time_at(start_log_snr + (kEndLogSnr - start_log_snr) * i / steps));
    }
    const double end = times.back();
    times.pop_back();
    const TimeGrid grid(process, times, end);
    return from_data ? grid.reversed() : grid;
}

const std::shared_ptr<const Target>& target() {
    static const std::shared_ptr<const Target> mixture = std::make_shared<const GaussianMixture>(
        std::vector<MixtureComponent>{{.weight = 0.5, .mean = {1.5, 0}, .covariance = {0.5, 0.2, 0.2, 0.4}},
                                      {.weight = 0.3, .mean = {-1, 1}, .covariance = {0.3, 0, 0, 0.6}},
                                      {.weight = 0.2, .mean = {0, -2}, .covariance = {0.6, -0.1, -0.1, 0.3}}});
    return mixture;
}

using Point = std::array<double, 2>;

/// dy/dlog(σ/α) of y = x/α along the probability flow, whatever the process: σ/α·ε.
Point slope(double log_ratio, const Point& y) {
    const double ratio = std::exp(log_ratio);
    Point score{};
    target()->score(y, {1, ratio}, score);
    return {-ratio * ratio * score[0], -ratio * ratio * score[1]};
}

Point moved(const Point& y, const Point& by, double h) {
    return {y[0] + h * by[0], y[1] + h * by[1]};
}

/// y = x/α along the exact flow, (particles, 2), by classical Runge–Kutta.
struct ExactFlow {
    std::vector<double> noise;     ///< at kStartLogSnr
    std::vector<double> adaptive;  ///< at kAdaptiveStartLogSnr
    std::vector<double> data;      ///< at kEndLogSnr
};

const ExactFlow& exact_flow() {
    static const ExactFlow flow = [] {
        constexpr int kReferenceSteps = 9000;  // error (9/9000)⁴, far below what is measured
        constexpr auto kAdaptiveStep =
            static_cast<int>(kReferenceSteps * (kAdaptiveStartLogSnr - kStartLogSnr) / (kEndLogSnr - kStartLogSnr));
        const double h = -(kEndLogSnr - kStartLogSnr) / kReferenceSteps;
        ExactFlow result;
        Program prior;
        prior.start = StartLaw::normal(std::exp(-kStartLogSnr));
        result.noise = initial_state(prior, kSeed, {0, kParticles}, 2);
        result.adaptive = result.noise;
        result.data = result.noise;
        for (std::size_t i = 0; i < result.data.size(); i += 2) {
            Point y = {result.data[i], result.data[i + 1]};
            for (int k = 0; k < kReferenceSteps; ++k) {
                if (k == kAdaptiveStep) std::copy(y.begin(), y.end(), &result.adaptive[i]);
                const double at = -kStartLogSnr + k * h;
                const Point k1 = slope(at, y);
                const Point k2 = slope(at + h / 2, moved(y, k1, h / 2));
                const Point k3 = slope(at + h / 2, moved(y, k2, h / 2));
                const Point k4 = slope(at + h, moved(y, k3, h));
                for (std::size_t e = 0; e < 2; ++e) y[e] += h / 6 * (k1[e] + 2 * k2[e] + 2 * k3[e] + k4[e]);
            }
            result.data[i] = y[0];
            result.data[i + 1] = y[1];
        }
        return result;
    }();
    return flow;
}

struct Refinement {
    double cost = 0;
    double error = 0;
};

Refinement run_solver(const SolverCase& solver, const std::string& process, int steps) {
    constexpr Prediction kPrediction = Prediction::x0;
    const bool from_data = solver.from_data;
    const TimeGrid grid =
        time_grid_of(process, steps, solver.adaptive ? kAdaptiveStartLogSnr : kStartLogSnr, from_data);
    const ExactScore source(target(), kPrediction);
    const double start_scale = grid.steps().front().from.at.alpha;
    const double end_scale = grid.steps().back().to.at.alpha;
    Pilot pilot(source, kSeed, kParticles);
    const Program program = compile_program(grid, kPrediction, solver.settings, &pilot);
    const ExactFlow& flow = exact_flow();
    std::vector<double> start = from_data ? flow.data : solver.adaptive ? flow.adaptive : flow.noise;
    for (double& x : start) x *= start_scale;
    const ScoreSource* const sources[] = {&source};
    const std::vector<double> end = interpret(program, sources, start, kSeed, {0, kParticles});
    const std::vector<double>& exact = from_data ? flow.noise : flow.data;
    double sum = 0;
    for (std::size_t i = 0; i < end.size(); ++i) sum += std::pow(end[i] / end_scale - exact[i], 2);
    return {static_cast<double>(program.evaluations()), std::sqrt(sum / static_cast<double>(end.size()))};
}

}  // namespace

std::vector<SolverCase> solver_cases() {
    std::vector<SolverCase> cases;
    for (const SamplerInfo& info : samplers()) {
        const std::optional<SamplerSettings> plain = without_noise(info);
        if (!plain || info.masked) continue;
        std::vector<SamplerSettings> settings = {*plain};
        if (takes(info, "order")) {
            settings.clear();
            for (int order = 1; order <= 4; ++order) {
                SamplerSettings next = *plain;
                next.order = order;
                try {
                    static_cast<void>(
                        compile_program(time_grid_of("vp", 12, kStartLogSnr, info.from_data), Prediction::x0, next));
                } catch (const base::Error&) {
                    break;
                }
                settings.push_back(next);
            }
        }
        for (const SamplerSettings& one : settings) {
            const bool every = !info.variants.empty() && one.order.value_or(2) > 1;
            const std::size_t variants = every ? info.variants.size() : 1;
            for (std::size_t v = 0; v < variants; ++v) {
                SolverCase solver = {one, expected_order(one), takes(info, "rtol"), info.from_data};
                if (every) solver.settings.variant = std::string(info.variants[v]);
                cases.push_back(solver);
            }
        }
    }
    return cases;
}

std::string describe(const SamplerSettings& settings) {
    std::string text = settings.name;
    if (settings.eta) text += fmt::format(" eta={}", *settings.eta);
    if (settings.gamma) text += fmt::format(" gamma={}", *settings.gamma);
    if (settings.churn) text += fmt::format(" churn={}", *settings.churn);
    if (settings.order) text += fmt::format(" order={}", *settings.order);
    if (settings.variant) text += " variant=" + *settings.variant;
    if (settings.variance) text += " variance=" + *settings.variance;
    if (settings.predictor) text += " predictor=" + *settings.predictor;
    if (settings.timestep_scaling) text += fmt::format(" timestep_scaling={}", *settings.timestep_scaling);
    return text;
}

MeasuredOrder measured_order(const SolverCase& solver, const std::string& process) {
    std::vector<Refinement> runs;
    const int expected = solver.expected.value_or(0);
    for (std::size_t i = 0; i < kOrderSteps.size(); ++i) {
        SolverCase finer = solver;
        const double tolerance = (expected > 3 ? kFineTolerances : kTolerances)[i];
        const int steps = (expected > 4 ? kFineSteps : kOrderSteps)[i];
        if (solver.adaptive) finer.settings.atol = finer.settings.rtol = tolerance;
        runs.push_back(run_solver(finer, process, solver.adaptive ? 1 : steps));
    }
    const Refinement& coarse = runs[runs.size() - 2];
    const Refinement& fine = runs.back();
    return {std::log(coarse.error / fine.error) / std::log(fine.cost / coarse.cost), fine.error};
}

std::vector<Table> orders_study(const StudyRequest& request) {
    Table table = {.title = "Order of accuracy of every deterministic solver on an exact mixture in two dimensions",
                   .columns = {"solver", "expected"},
                   .rows = {},
                   .notes = {}};
    for (const char* process : kProcesses) table.columns.emplace_back(process);
    table.columns.insert(table.columns.end(), {"error on vp", "pass"});
    const std::vector<SolverCase> cases = solver_cases();
    StudyProgress progress(request, "orders", cases.size());
    for (const SolverCase& solver : cases) {
        const std::string name = describe(solver.settings);
        progress.next(name);
        std::vector<Cell> row = {name};
        row.push_back(solver.expected ? Cell(std::int64_t{*solver.expected}) : Cell("unknown"));
        bool met = solver.expected.has_value();
        double error = 0;
        for (const char* process : kProcesses) {
            const MeasuredOrder measured = measured_order(solver, process);
            met = met && std::abs(measured.order - *solver.expected) <= kAgreement;
            if (process == kProcesses.front()) error = measured.error;
            row.emplace_back(measured.order);
        }
        row.emplace_back(error);
        row.emplace_back(met);
        table.rows.push_back(std::move(row));
    }
    table.notes = {
        fmt::format("From log(alpha/sigma) = {} to {} in even steps of it, {} particles in double precision. Error: "
                    "root mean square difference of x/alpha from the exact probability flow.",
                    kStartLogSnr, kEndLogSnr, kParticles),
        fmt::format("Measured: slope of the log error from {} to {} steps, or {} to {} for order 5 (adaptive solvers: "
                    "over evaluations, with tolerances from {} to {}, or {} to {} for order 5). Expected: the "
                    "theoretical order. 'pass': all four processes are within {} of it.",
                    kOrderSteps.front(), kOrderSteps.back(), kFineSteps.front(), kFineSteps.back(), kTolerances.front(),
                    kTolerances.back(), kFineTolerances.front(), kFineTolerances.back(), kAgreement)};
    return {table};
}

}  // namespace scorefield::study
