#include "session/prepared_run.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "sample/build_program.hpp"
#include "sample/start.hpp"

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

PreparedRun prepare_run(const sample::SamplingSpec& spec, const model::Model& model,
                        const std::function<void(const diffusion::Program&)>& check,
                        const std::function<void()>& check_cancelled) {
    PreparedRun run = {spec, sample::build_program(spec, model, check_cancelled), {}};
    require_no_inputs(run.program, spec);
    if (check) check(run.program);
    const sample::StartRows rows = sample::start_rows(spec, model, run.program);
    if (!rows) return run;
    constexpr std::uint32_t kBlock = 1U << 16U;  // particles
    run.start.resize(std::size_t{spec.particles} * model.dim());
    for (std::uint32_t first = 0; first < spec.particles; first += kBlock) {
        if (check_cancelled) check_cancelled();
        const std::uint32_t count = std::min(kBlock, spec.particles - first);
        rows(first, std::span(run.start).subspan(first * model.dim(), count * model.dim()));
    }
    return run;
}

}  // namespace scorefield::session
