#include "sample/build_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <variant>

#include "base/error.hpp"
#include "data/files.hpp"
#include "diffusion/branch.hpp"
#include "diffusion/moments.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/program_check.hpp"
#include "diffusion/three_states.hpp"

namespace scorefield::sample {
namespace {

/// An exact target fits any process and prediction, so the program is checked against its own header.
void require_fits_own_header(const SamplingSpec& spec, const diffusion::Program& program,
                             const diffusion::Parametrisation& parametrisation) {
    if (!program.process_settings) return;
    const auto process = diffusion::make_process(*program.process_settings);
    const std::string why = diffusion::contradiction(program, *process, parametrisation);
    if (why.empty()) return;
    throw base::request_error(
        "program contradicts its header", spec.program,
        fmt::format("its instructions do not fit its own header (here called 'the model'): {}", why),
        "compile it again with 'scorefield program'");
}

/// Throws where `program`, which `spec` names, is not for this model.
void require_program_fits(const SamplingSpec& spec, const diffusion::Program& program, const model::Model& model) {
    for (const diffusion::Op& op : program.ops) {
        const auto* eval = std::get_if<diffusion::Eval>(&op.instruction);
        if (eval == nullptr || eval->source == 0) continue;
        throw base::request_error("too many scores", spec.program,
                                  fmt::format("it evaluates score {}, a run has score 0 only", eval->source),
                                  "choose a program with a single score");
    }
    const std::size_t given = std::max(program.start.mean.size(), program.start.scale.size());
    if ((model.checkpoint || model.target) && given > 1 && given != model.dim()) {
        throw base::request_error(
            "dimensions differ", spec.program,
            fmt::format("its initial distribution has {} dimensions, the model {}", given, model.dim()),
            "compile it for this model, or choose another `model` or `target`");
    }
    if (model.checkpoint) {
        const std::string why = diffusion::contradiction(program, *model.process, model.parametrisation);
        if (!why.empty()) {
            throw base::request_error("program does not match the model", spec.program,
                                      fmt::format("{} ({})", why, model.path.string()),
                                      "compile it for this model, or choose another `model` or `target`");
        }
    }
    if (model.target && program.prediction && *program.prediction != model.parametrisation.prediction) {
        throw base::request_error(
            "flags contradict each other", "`program` and `prediction`",
            fmt::format("the program is for the prediction {}", diffusion::prediction_name(*program.prediction)),
            "leave `prediction` out");
    }
    if (model.target) require_fits_own_header(spec, program, model.parametrisation);
    if (spec.start.kind == StartKind::prior) {
        throw base::request_error("flag without effect", "`init`", "the program defines its initial distribution",
                                  "leave it out, or use `init` matched");
    }
    if (spec.program == kChainProgram && (model.target || model.checkpoint) && model.dim() != 1) {
        throw base::request_error(
            "dimensions differ", "`program`",
            fmt::format("{} needs a score in 1 dimension, this one has {}", spec.program, model.dim()),
            fmt::format("use `target` {}", kChainProgram));
    }
}

/// Starts from the initial distribution of the program, unless `spec` says matched.
diffusion::Program open_program(const SamplingSpec& spec, const model::Model& model) {
    diffusion::Program program = read_program(spec.program);
    require_program_fits(spec, program, model);
    if (spec.start.kind != StartKind::matched) return program;
    if (!model.clean_moments) {
        throw base::request_error("cannot match the initial distribution", "`init`",
                                  "the mean and variance of the data are not known", "leave it out");
    }
    program.start =
        diffusion::start_law_of(diffusion::marginal_moments(*model.clean_moments, first_level(spec, model, program)));
    return program;
}

SamplingSpec trunk_of(SamplingSpec spec) {
    spec.branch.reset();
    return spec;
}

base::Error refused_branch(const std::string& why, const std::string& remedy) {
    return base::request_error("no branch possible", "`branch`", why, remedy);
}

/// Throws where the states of the trunk are not at the levels of a grid, and where the branch does not go from there to
/// the data.
void require_samplers_branch(const SamplingSpec& spec) {
    using diffusion::StateLevels;
    if (!spec.program.empty()) {
        throw refused_branch("the trunk runs a program from a file, whose states have no known noise level",
                             "give the trunk a `sampler`");
    }
    const diffusion::SamplerInfo& own = diffusion::sampler_info(spec.branch->sampler.name);
    const diffusion::SamplerInfo& trunks = diffusion::sampler_info(spec.sampler.name);
    if (trunks.from_data || own.from_data) {
        throw refused_branch(fmt::format("{} goes from data to noise", trunks.from_data ? trunks.name : own.name),
                             "choose a sampler that goes from noise to data");
    }
    if (trunks.levels != StateLevels::grid) {
        throw refused_branch(
            fmt::format("the states of the trunk's sampler, {}, are not at noise levels of the spacing", trunks.name),
            "choose another sampler for the trunk, e.g. `sampler` ddim");
    }
    if (own.levels != StateLevels::single) return;
    throw refused_branch(fmt::format("{} stays at one noise level, which is not that of the state", own.name),
                         "choose another sampler for the branch, e.g. `sampler` ddim");
}

void require_state(int step, const diffusion::Program& trunk) {
    if (step < trunk.steps) return;
    throw refused_branch(step == trunk.steps
                             ? fmt::format("state {} is the trunk's result: no noise is left", step)
                             : fmt::format("the trunk has {} steps, there is no state {}", trunk.steps, step),
                         fmt::format("give at most {}", trunk.steps - 1));
}

diffusion::TimeGrid nodes_of(const SamplingSpec& spec, const model::Model& model) {
    if (spec.timesteps.empty()) return diffusion::make_time_grid(model.process, spec.spacing, spec.steps);
    return diffusion::make_time_grid(model.process, spec.timesteps, spec.spacing.final);
}

}  // namespace

SamplingSpec as_whole_run(const SamplingSpec& spec) {
    SamplingSpec whole = spec;
    if (!spec.branch) return whole;
    whole.sampler = spec.branch->sampler;
    whole.steps = spec.branch->steps;
    whole.spacing = spec.branch->spacing;
    whole.spacing_is_automatic = spec.branch->spacing_is_automatic;
    whole.timesteps = spec.branch->timesteps;
    whole.seed = spec.branch->seed;
    whole.branch.reset();
    return whole;
}

std::optional<int> last_shared_state(const SamplingSpec& a, const SamplingSpec& b) {
    if (!a.branch && !b.branch) return std::nullopt;
    if (trunk_of(a) != trunk_of(b)) return std::nullopt;
    if (!a.branch) return b.branch->step;
    return b.branch ? std::min(a.branch->step, b.branch->step) : a.branch->step;
}

std::string spacing_text(const SamplingSpec& spec) {
    if (!spec.program.empty() || !spec.timesteps.empty()) return "";
    return spec.spacing_is_automatic ? spec.spacing.name + " (automatic)" : spec.spacing.name;
}

diffusion::Program read_program(const std::string& name) {
    if (name == kChainProgram) return diffusion::three_states_program();
    return diffusion::program_from_json(data::read_text(name, "program", data::kMaxProgramBytes), name);
}

diffusion::TimeGrid time_grid_of(const SamplingSpec& spec, const model::Model& model) {
    diffusion::TimeGrid grid = diffusion::grid_in_direction(nodes_of(spec, model), spec.sampler.name);
    if (spec.start.kind == StartKind::prior || !model.clean_moments) return grid;
    return grid.matched(*model.clean_moments);
}

diffusion::Marginal first_level(const SamplingSpec& spec, const model::Model& model,
                                const diffusion::Program& program) {
    if (spec.program.empty()) return time_grid_of(spec, model).steps().front().from.at;
    for (const diffusion::Op& op : program.ops) {
        if (const auto* eval = std::get_if<diffusion::Eval>(&op.instruction)) return {eval->alpha, eval->sigma};
    }
    return {};
}

namespace {

/// The sampler over the nodes of `grid`. `prepare`: makes a pilot ready, if there is one.
diffusion::Program compile(const diffusion::TimeGrid& grid, const diffusion::SamplerSettings& sampler,
                           std::uint64_t seed, const model::Model& model, const std::function<void()>& check_cancelled,
                           const std::function<void(diffusion::Pilot&)>& prepare = {}) {
    if (!diffusion::sampler_info(sampler.name).piloted || (!model.target && !model.checkpoint)) {
        return diffusion::compile_program(grid, model.parametrisation, sampler);
    }
    const std::unique_ptr<diffusion::ScoreSource> score = model.host_score();
    diffusion::Pilot pilot(*score, seed, diffusion::kPilotParticles, check_cancelled);
    if (prepare) prepare(pilot);
    return diffusion::compile_program(grid, model.parametrisation, sampler, &pilot);
}

/// The program of the trunk, continued by that of the branch.
diffusion::Program branched(const SamplingSpec& spec, const model::Model& model, const diffusion::Program& trunk,
                            const std::function<void()>& check_cancelled) {
    const Branch& branch = *spec.branch;
    require_state(branch.step, trunk);
    const diffusion::TimeGrid of_trunk = time_grid_of(spec, model);
    const diffusion::Node& start = of_trunk.steps().at(static_cast<std::size_t>(branch.step)).from;
    const diffusion::TimeGrid grid = nodes_of(as_whole_run(spec), model).from(start);
    if (grid.steps().empty()) {
        throw refused_branch(
            fmt::format("the steps of the branch end at the level of state {}, or above it", branch.step),
            "branch from an earlier state");
    }
    const bool on_path = spec.sampler.one_path && branch.sampler.one_path && spec.seed == branch.seed;
    const diffusion::BranchNoise noise = {branch.seed, on_path};
    const diffusion::Program rest =
        compile(grid, branch.sampler, spec.seed, model, check_cancelled,
                [&](diffusion::Pilot& pilot) { pilot.branch_from(trunk, branch.step, noise); });
    return diffusion::with_branch(trunk, branch.step, rest, noise);
}

}  // namespace

diffusion::Program build_program(const SamplingSpec& spec, const model::Model& model,
                                 const std::function<void()>& check_cancelled) {
    if (spec.branch) require_samplers_branch(spec);
    if (!spec.program.empty()) return open_program(spec, model);
    diffusion::Program program = compile(time_grid_of(spec, model), spec.sampler, spec.seed, model, check_cancelled);
    program.process_settings = diffusion::with_presets(model.process_settings);
    return spec.branch ? branched(spec, model, program, check_cancelled) : program;
}

}  // namespace scorefield::sample
