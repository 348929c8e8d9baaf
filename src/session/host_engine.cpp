#include "session/host_engine.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "base/interrupt.hpp"
#include "base/room.hpp"
#include "sample/host_exact_source.hpp"
#include "sample/host_network_source.hpp"
#include "sample/host_population.hpp"

namespace scorefield::session {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kLargestChunk = 1 << 17;
/// The largest number of float32 values in one state of a chunk if `chunk` is 0: 256 MiB.
constexpr std::size_t kLargestState = 1 << 26;
/// Between two looks at the progress and at interrupts: some hundredths of a second.
constexpr double kOperationsAtOnce = 4e9;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::uint32_t chunk_of(std::size_t dim, const RunRequest& request) {
    // A quarter of the memory for registers, inputs and rows.
    const std::uint64_t states = static_cast<std::uint64_t>(request.program.registers) + 4;
    const std::uint64_t fitting = base::memory_limit() / 4 / (states * dim * sizeof(float));
    const std::uint64_t most = std::min<std::uint64_t>({kLargestChunk, kLargestState / dim, fitting});
    const auto chunk = static_cast<std::uint32_t>(std::max<std::uint64_t>(most, 1));
    return std::min(request.chunk == 0 ? chunk : request.chunk, request.particles);
}

class HostScore final : public EngineScore {
  public:
    HostScore(base::ThreadPool& pool, std::unique_ptr<sample::HostSource> source, base::Trace* trace)
        : pool_(pool), source_(std::move(source)), trace_(trace) {}

    std::size_t dim() const override { return source_->dim(); }
    double operations() const override { return source_->operations(); }
    const std::string& variant() const override { return source_->variant(); }
    RunResult run(const RunRequest& request, const BatchSink& sink) override {
        return run_batches(pool_, *source_, request, sink, trace_);
    }

  private:
    base::ThreadPool& pool_;
    std::unique_ptr<sample::HostSource> source_;
    base::Trace* trace_;
};

}  // namespace

std::unique_ptr<sample::HostSource> make_host_source(const model::Model& model) {
    if (model.target) return sample::make_host_exact_source(*model.target, model.parametrisation);
    return std::make_unique<sample::HostNetworkSource>(
        nn::HostNetwork(model::evaluation_graph(model.checkpoint->network), model.checkpoint->tensors));
}

RunResult run_batches(base::ThreadPool& pool, const sample::HostSource& source, const RunRequest& request,
                      const BatchSink& sink, base::Trace* trace) {
    const std::size_t dim = source.dim();
    require_inputs(request, dim);
    const std::uint32_t chunk = chunk_of(dim, request);
    const sample::HostSource* const sources[] = {&source};
    sample::HostPopulation population(pool, sources, chunk, request.program.registers);
    population.trace_with(trace);
    base::TraceFrames frames(trace, "particles");
    std::vector<float> rows(std::size_t{chunk} * dim);
    const int steps = request.program.steps;
    RunResult result;
    for (std::uint32_t done = 0; done < request.particles;) {
        const std::uint32_t count = std::min(chunk, request.particles - done);
        const std::span<float> of_chunk = std::span(rows).first(std::size_t{count} * dim);
        frames.begin("load");
        if (request.init) request.init(done, of_chunk);
        const diffusion::ParticleRange range = {request.first + done, count};
        const sample::StartInputs inputs = {.init = request.init ? of_chunk : std::span<const float>(),
                                            .known = rows_of_part(request.known, dim, done, count),
                                            .mask = rows_of_part(request.mask, dim, done, count)};
        if (done == 0) {
            population.load(request.program, request.seed, range, inputs, [] { base::require_not_interrupted(); });
        } else {
            population.start(range, inputs);
        }
        Clock::time_point start = Clock::now();
        for (int state = request.trajectory ? 0 : steps; state <= steps; ++state) {
            population.seek(state);
            while (!population.arrived()) {
                base::require_not_interrupted();
                frames.begin("advance");
                const std::array args = {base::TraceArg{"first", range.first}, base::TraceArg{"particles", count},
                                         base::TraceArg{"state", population.state()}};
                frames.describe(args);
                population.advance({.operations = kOperationsAtOnce});
                if (!request.progress) continue;
                request.progress(std::uint64_t{done} * static_cast<std::uint64_t>(steps) +
                                 std::uint64_t{count} * static_cast<std::uint64_t>(population.state()));
            }
            frames.next("read back");
            population.read(of_chunk);
            require_finite(of_chunk, dim, request.first + done);
            result.seconds += seconds_since(start);
            frames.next("write");
            sink({state, done, of_chunk});
            start = Clock::now();
        }
        done += count;
    }
    return result;
}

std::unique_ptr<EngineScore> HostEngine::open(const model::Model& model) {
    return std::make_unique<HostScore>(pool_, make_host_source(model), trace_);
}

std::unique_ptr<EngineScore> HostEngine::open(const diffusion::Target& target,
                                              const diffusion::Parametrisation& parametrisation) {
    return std::make_unique<HostScore>(pool_, sample::make_host_exact_source(target, parametrisation), trace_);
}

}  // namespace scorefield::session
