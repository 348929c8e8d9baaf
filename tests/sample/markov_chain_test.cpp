#include "sample/markov_chain.hpp"

#include <cmath>
#include <stdexcept>

#include "../gpu/gpu_fixture.hpp"
#include "base/random.hpp"

namespace scorefield::sample {
namespace {

class MarkovChainTest : public gpu::GpuTest {
  protected:
    /// Three states, then two, then three: tables that are not square.
    static std::vector<TransitionTable> tables() {
        return {
            {1, 3, {0.2, 0.5, 0.3}}, {3, 2, {0.9, 0.1, 0.25, 0.75, 0.5, 0.5}}, {2, 3, {0.1, 0.2, 0.7, 0.6, 0.3, 0.1}}};
    }

    /// The definition, from base::uniform.
    static std::vector<std::uint32_t> expected(const std::vector<TransitionTable>& chain, std::uint64_t seed,
                                               diffusion::ParticleRange range) {
        std::vector<std::uint32_t> states(chain.size() * range.count);
        for (std::uint32_t i = 0; i < range.count; ++i) {
            std::uint32_t state = 0;
            for (std::uint32_t step = 0; step < chain.size(); ++step) {
                const double draw = base::uniform(seed, range.first + i, 0, step, base::kSamplerStream);
                const double* row = &chain[step].probabilities[std::size_t{state} * chain[step].columns];
                double sum = 0;
                std::uint32_t next = 0;
                for (std::uint32_t k = 0; k + 1 < chain[step].columns; ++k) {
                    sum += row[k];
                    if (draw >= std::floor(sum * 0x1p32) * 0x1p-32) ++next;
                }
                state = next;
                states[std::size_t{step} * range.count + i] = state;
            }
        }
        return states;
    }
};

// 1 000 particles are no multiple of any workgroup; the seed has both halves, the range does not begin at 0.
TEST_F(MarkovChainTest, DrawsWhatItsDefinitionSays) {
    constexpr std::uint64_t kSeed = 0x1234'5678'9abc'def0;
    const std::vector<TransitionTable> chain = tables();
    MarkovChain on_gpu(device(), chain);
    EXPECT_EQ(on_gpu.run(kSeed, {77, 1000}), expected(chain, kSeed, {77, 1000}));
    EXPECT_EQ(on_gpu.run(3, {0, 1}), expected(chain, 3, {0, 1}));
}

TEST_F(MarkovChainTest, RefusesTablesThatAreNone) {
    const auto make = [&](std::vector<TransitionTable> chain) { MarkovChain refused(device(), chain); };
    EXPECT_THROW(make({}), std::invalid_argument);
    EXPECT_THROW(make({{2, 1, {1, 1}}}), std::invalid_argument);
    EXPECT_THROW(make({{1, 2, {0.5}}}), std::invalid_argument);
    EXPECT_THROW(make({{1, 2, {0.5, 0.4}}}), std::invalid_argument);
    EXPECT_THROW(make({{1, 2, {1, 0}}}), std::invalid_argument);
    EXPECT_THROW(make({{1, 2, {0.5, 0.5}}, {3, 1, {1, 1, 1}}}), std::invalid_argument);
}

}  // namespace
}  // namespace scorefield::sample
