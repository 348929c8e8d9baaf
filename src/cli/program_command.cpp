#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <variant>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/output.hpp"
#include "cli/commands.hpp"
#include "cli/program_model.hpp"
#include "data/files.hpp"
#include "diffusion/program.hpp"
#include "diffusion/scheduler/scheduler.hpp"
#include "sample/build_program.hpp"
#include "settings/resolve.hpp"

namespace scorefield::cli {
namespace {

using namespace diffusion;

/// Signed terms of a sum: ` + 0.5·r1 - 2·z3`.
void add_term(std::string& sum, double coefficient, const std::string& what) {
    if (!sum.empty()) sum += coefficient < 0 ? " - " : " + ";
    const double shown = sum.empty() ? coefficient : std::abs(coefficient);
    sum += fmt::format("{:.6g}·{}", shown, what);
}

struct Describe {
    std::string operator()(const Eval& eval) const {
        const std::string source = eval.source == 0 ? "" : fmt::format("{}", eval.source);
        const std::string state =
            eval.c_in == 1 ? fmt::format("r{}", eval.src) : fmt::format("{:.6g}·r{}", eval.c_in, eval.src);
        std::string sum;
        if (eval.c_skip != 0) add_term(sum, eval.c_skip, fmt::format("r{}", eval.src));
        add_term(sum, eval.c_out, fmt::format("F{}({}; {:.6g})", source, state, eval.c_noise));
        return fmt::format("r{} = {}", eval.dst, sum);
    }
    std::string operator()(const Blend& blend) const {
        std::string sum;
        for (const Term& term : blend.terms) add_term(sum, term.coefficient, fmt::format("r{}", term.reg));
        for (const NoiseTerm& noise : blend.noise) {
            add_term(sum, noise.coefficient, fmt::format("z({}, {})", noise.stream, noise.index));
        }
        return fmt::format("r{} = {}", blend.dst, sum);
    }
    std::string operator()(const Clamp& clamp) const {
        return fmt::format("r{0} = clamp(r{0}, {1:.6g}, {2:.6g})", clamp.dst, clamp.low, clamp.high);
    }
    std::string operator()(const Threshold& threshold) const {
        return fmt::format("r{0} = threshold(r{0}, {1:.6g}, {2:.6g})", threshold.dst, threshold.ratio, threshold.max);
    }
    std::string operator()(const Mask& mask) const {
        return fmt::format("r{} = mask(r{}, r{})", mask.dst, mask.a, mask.b);
    }
};

/// `0.5·N(0, I)`, or mean and scale of each coordinate.
std::string describe(const StartLaw& start) {
    if (start.is_isotropic()) return fmt::format("{:.6g}·N(0, I)", start.scale[0]);
    return fmt::format("({:.6g}) + ({:.6g})·N(0, I)", fmt::join(start.mean, ", "), fmt::join(start.scale, ", "));
}

/// For readers: one line per instruction, the times in front of the network's evaluations.
std::string to_text(const Program& program) {
    std::string text = base::format_shown(
        "sampler {}, process {}; steps {}, network evaluations {}, registers {}\n"
        "start: r{} = {}; result: r{}\n"
        "F(x; c) is the network, z(stream, index) fresh noise\n\n"
        "{:>5}  {:>8}  {:>9}  {:>9}  instruction\n",
        program.sampler, program.process, program.steps, program.evaluations(), program.registers,
        program.init_register, describe(program.start), program.result, "step", "t", "alpha", "sigma");
    int shown = -1;
    for (const Op& op : program.ops) {
        const std::string step = op.step == shown ? "" : fmt::format("{}", op.step);
        shown = op.step;
        const Eval* eval = std::get_if<Eval>(&op.instruction);
        const std::string times = eval == nullptr
                                      ? std::string(30, ' ')
                                      : fmt::format("{:>8.6g}  {:>9.6f}  {:>9.6f}", eval->t, eval->alpha, eval->sigma);
        text += fmt::format("{:>5}  {}  {}\n", step, times, std::visit(Describe{}, op.instruction));
    }
    return text;
}

/// Flags that say what a scheduler's file says; `NAME.` stands for all of a family.
constexpr std::array<std::string_view, 11> kSaidByScheduler = {
    "model", "target", "dim", "data", "process", "prediction", "sampler", "spacing", "timesteps", "init", "noise"};

void require_scheduler_alone(const settings::Request& request) {
    for (const std::string& name : request.given) {
        const std::string family = name.substr(0, name.find('.'));
        if (std::ranges::find(kSaidByScheduler, family) == kSaidByScheduler.end()) continue;
        throw base::request_error("flags contradict each other", "--" + name,
                                  "--scheduler " + request.settings.scheduler + " already defines it",
                                  fmt::format("leave --{} out, or --scheduler", name));
    }
}

Program compile_scheduler(const settings::Settings& settings) {
    std::vector<std::string> notes;
    const std::string text = data::read_text(settings.scheduler, "scheduler", data::kMaxSchedulerBytes);
    Program program = program_from_scheduler(text, settings.scheduler, settings.steps,
                                             {.mu = settings.scheduler_mu, .notes = &notes});
    if (settings.quiet) return program;
    for (const std::string& line : notes) base::note(base::format_shown("{}", line));
    return program;
}

Program compile(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    if (!settings.scheduler.empty()) {
        require_scheduler_alone(request);
        return compile_scheduler(settings);
    }
    if (settings.scheduler_mu) {
        throw base::request_error("flag without effect", "--scheduler.mu", "no scheduler is given",
                                  "leave it out, or give --scheduler FILE.json");
    }
    if (const std::optional<sample::StartKind> start = settings::start_spec(settings).kind;
        start == sample::StartKind::exact || start == sample::StartKind::file) {
        throw base::request_error("--init exact or FILE cannot be compiled", "--init",
                                  "a program stores only a Gaussian initial distribution",
                                  "pass --init to sample, render or view together with --program");
    }
    const model::Model model = open_for_program(settings);
    return sample::build_program(settings::sampling_spec(settings, model), model);
}

}  // namespace

int program_command(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    const Program program = compile(request);
    if (!settings.out.empty()) {
        base::AtomicFile file(settings.out);
        file.write(to_json(program));
        file.commit();
    }
    base::print(settings.json ? to_json(program) : to_text(program));
    return 0;
}

}  // namespace scorefield::cli
