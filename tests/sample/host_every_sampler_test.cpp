// Every sampler on the host against the interpreter (every_sampler.hpp).
#include "base/thread_pool.hpp"
#include "sample/every_sampler.hpp"
#include "sample/host_exact_source.hpp"
#include "sample/host_network_source.hpp"
#include "session/host_engine.hpp"

namespace scorefield::sample {
namespace {

using every_sampler_test::SamplerSettings;

/// Compares runs that ask the source.
auto comparison(base::ThreadPool& pool, const HostSource& source, std::uint32_t particles) {
    return [&pool, &source, particles](const SamplerSettings& settings, const diffusion::TimeGrid& grid,
                                       const diffusion::Parametrisation& parametrisation,
                                       const diffusion::ScoreSource& exact, const auto& rounded) {
        every_sampler_test::expect_as_interpreted(settings, grid, parametrisation, particles, exact, rounded,
                                                  [&](const RunRequest& request, const session::BatchSink& sink) {
                                                      session::run_batches(pool, source, request, sink);
                                                  });
    };
}

TEST(EverySamplerOnTheHost, OnAnExactMixtureUnderProcessesInTurn) {
    base::ThreadPool pool;
    const diffusion::GaussianMixture target(every_sampler_test::mixture());
    for (const base::InstructionSet set : base::runnable_instruction_sets()) {
        const std::unique_ptr<HostSource> source = make_host_exact_source(target, diffusion::Prediction::x0, set);
        every_sampler_test::on_an_exact_mixture(comparison(pool, *source, 128));
    }
}

TEST(EverySamplerOnTheHost, OnTheLearnedModel) {
    base::ThreadPool pool;
    const model::Checkpoint model = model::read_checkpoint("assets/swiss_roll.safetensors");
    const HostNetworkSource source(nn::HostNetwork(model::evaluation_graph(model.network), model.tensors));
    every_sampler_test::on_the_learned_model(model, comparison(pool, source, 48));
}

}  // namespace
}  // namespace scorefield::sample
