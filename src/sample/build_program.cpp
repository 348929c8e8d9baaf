#include "sample/build_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <variant>

#include "base/error.hpp"
#include "data/files.hpp"
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

diffusion::TimeGrid nodes_of(const SamplingSpec& spec, const model::Model& model) {
    if (spec.timesteps.empty()) return diffusion::make_time_grid(model.process, spec.spacing, spec.steps);
    return diffusion::make_time_grid(model.process, spec.timesteps, spec.spacing.final);
}

}  // namespace

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

diffusion::Program build_program(const SamplingSpec& spec, const model::Model& model,
                                 const std::function<void()>& check_cancelled) {
    if (!spec.program.empty()) return open_program(spec, model);
    const diffusion::TimeGrid grid = time_grid_of(spec, model);
    const auto compile = [&](diffusion::Pilot* pilot) {
        diffusion::Program program = diffusion::compile_program(grid, model.parametrisation, spec.sampler, pilot);
        program.process_settings = diffusion::with_presets(model.process_settings);
        return program;
    };
    if (!diffusion::sampler_info(spec.sampler.name).piloted || (!model.target && !model.checkpoint)) {
        return compile(nullptr);
    }
    const std::unique_ptr<diffusion::ScoreSource> score = model.host_score();
    diffusion::Pilot pilot(*score, spec.seed, diffusion::kPilotParticles, check_cancelled);
    return compile(&pilot);
}

}  // namespace scorefield::sample
