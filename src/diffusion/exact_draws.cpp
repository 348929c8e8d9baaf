#include "diffusion/exact_draws.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/thread_pool.hpp"

namespace scorefield::diffusion {

void draw_exact(const Target& target, std::uint64_t seed, std::uint32_t first, const Marginal& at,
                std::span<float> rows) {
    constexpr std::size_t kBlock = std::size_t{1} << 14U;
    const auto dim = static_cast<std::size_t>(target.dim());
    const std::size_t particles = rows.size() / dim;
    base::ThreadPool pool;
    pool.run((particles + kBlock - 1) / kBlock, [&](std::size_t block) {
        const std::size_t begin = block * kBlock;
        const std::size_t count = std::min(kBlock, particles - begin);
        const ParticleRange range = {first + static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(count)};
        const std::vector<double> exact = target.sample(seed, range, at);
        std::ranges::transform(exact, rows.begin() + static_cast<std::ptrdiff_t>(begin * dim),
                               [](double x) { return static_cast<float>(x); });
    });
}

}  // namespace scorefield::diffusion
