#include "session/prepared_run.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "sample/build_program.hpp"

namespace scorefield::session {
namespace {

/// Throws where the program takes more than noise.
void require_no_inputs(const diffusion::Program& program, const sample::SamplingSpec& spec) {
    if (program.mask_register < 0 && program.known_register < 0) return;
    throw base::request_error("missing inputs", spec.program.empty() ? "`sampler`" : "`program`",
                              program.sampler + " needs `known` and `mask`, which only 'sample' takes",
                              "use 'scorefield sample' with `known` and `mask`, or choose another sampler");
}

}  // namespace

CompiledRun compile_run(const sample::SamplingSpec& spec, const model::Model& model,
                        const std::function<void(const diffusion::Program&)>& check,
                        const std::function<void()>& check_cancelled) {
    CompiledRun run = {spec, sample::build_program(spec, model, check_cancelled), {}};
    if (check) check(run.program);
    run.start = sample::start_rows(spec, model, run.program);
    return run;
}

PreparedRun prepare_run(const sample::SamplingSpec& spec, const model::Model& model,
                        const std::function<void(const diffusion::Program&)>& check,
                        const std::function<void()>& check_cancelled) {
    const auto check_program = [&](const diffusion::Program& program) {
        require_no_inputs(program, spec);
        if (check) check(program);
    };
    CompiledRun compiled = compile_run(spec, model, check_program, check_cancelled);
    PreparedRun run = {std::move(compiled.spec), std::move(compiled.program), {}};
    if (!compiled.start) return run;
    constexpr std::uint32_t kBlock = 1U << 16U;  // particles
    run.start.resize(std::size_t{spec.particles} * model.dim());
    for (std::uint32_t first = 0; first < spec.particles; first += kBlock) {
        if (check_cancelled) check_cancelled();
        const std::uint32_t count = std::min(kBlock, spec.particles - first);
        compiled.start(first, std::span(run.start).subspan(first * model.dim(), count * model.dim()));
    }
    return run;
}

}  // namespace scorefield::session
