#include "session/run_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace scorefield::session {

sample::StartRows rows_of(std::span<const float> rows, std::size_t dim) {
    return [rows, dim](std::uint32_t first, std::span<float> into) {
        std::ranges::copy(rows.subspan(first * dim, into.size()), into.begin());
    };
}

RunRequest request_for(const CompiledRun& run) {
    RunRequest request;
    request.program = run.program;
    request.seed = run.spec.seed;
    request.particles = run.spec.particles;
    request.init = run.start;
    return request;
}

DivergenceError::DivergenceError(const std::string& where, const std::string& why)
    : base::Error(base::Fault::running, "sampling diverged", where, why,
                  "use more steps, another spacing, or a sampler that clips") {}

void require_finite(std::span<const float> rows, std::size_t dim, std::uint32_t first) {
    const auto bad = std::find_if(rows.begin(), rows.end(), [](float x) { return !std::isfinite(x); });
    if (bad == rows.end()) return;
    const auto row = static_cast<std::uint64_t>(bad - rows.begin()) / dim;
    throw DivergenceError(fmt::format("particle {}", first + row), "its state is not finite");
}

void require_inputs(const RunRequest& request, std::size_t dim) {
    const auto require = [&](std::span<const float> states, bool unused, const char* what) {
        if (unused || states.size() == std::size_t{request.particles} * dim) return;
        throw std::invalid_argument(
            fmt::format("{} hold {} numbers, not {} x {}", what, states.size(), request.particles, dim));
    };
    require(request.known, request.program.known_register < 0, "known values");
    require(request.mask, request.program.mask_register < 0, "mask");
}

std::span<const float> rows_of_part(std::span<const float> rows, std::size_t dim, std::uint32_t done,
                                    std::uint32_t count) {
    if (rows.empty()) return {};
    return rows.subspan(std::size_t{done} * dim, std::size_t{count} * dim);
}

}  // namespace scorefield::session
