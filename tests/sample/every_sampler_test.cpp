// Every sampler on the GPU against the interpreter (every_sampler.hpp).
#include "sample/every_sampler.hpp"

#include "../gpu/gpu_fixture.hpp"
#include "nn/gpu_network.hpp"
#include "sample/exact_source.hpp"
#include "sample/network_source.hpp"
#include "sample/support.hpp"

namespace scorefield::sample::every_sampler_test {
namespace {

class EverySampler : public gpu::GpuTest {
  protected:
    /// Devices whose groups are small are a hundred times slower; networks take their time on the host.
    static std::uint32_t particles(std::uint32_t of_fast_devices) {
        return device().properties().max_workgroup_invocations < 512 ? 16 : of_fast_devices;
    }

    /// Compares runs that ask the source.
    static auto comparison(GpuSource& source, std::uint32_t particles) {
        return [&source, particles](const SamplerSettings& settings, const diffusion::TimeGrid& grid,
                                    const diffusion::Parametrisation& parametrisation,
                                    const diffusion::ScoreSource& exact, const auto& rounded) {
            GpuSource* const sources[] = {&source};
            expect_as_interpreted(settings, grid, parametrisation, particles, exact, rounded,
                                  [&](const RunRequest& request, const session::BatchSink& sink) {
                                      session::run_batches(device(), sources, request, sink);
                                  });
        };
    }
};

TEST_F(EverySampler, OnAnExactMixtureUnderProcessesInTurn) {
    const diffusion::GaussianMixture target(mixture());
    const std::unique_ptr<GpuSource> source = make_exact_source(device(), target, diffusion::Prediction::x0);
    on_an_exact_mixture(comparison(*source, particles(256)));
}

TEST_F(EverySampler, OnTheLearnedModel) {
    const model::Checkpoint model = model::read_checkpoint("assets/swiss_roll.safetensors");
    nn::GpuNetwork network(device(), model::evaluation_graph(model.network), model.tensors);
    NetworkSource source(network);
    on_the_learned_model(model, comparison(source, particles(48)));
}

}  // namespace
}  // namespace scorefield::sample::every_sampler_test
