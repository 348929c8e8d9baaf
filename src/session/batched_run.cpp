#include "session/batched_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include "base/error.hpp"
#include "base/trace.hpp"
#include "gpu/planes.hpp"
#include "gpu/readback.hpp"
#include "sample/gpu_population.hpp"
#include "session/offline_submissions.hpp"

namespace scorefield::session {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kLargestChunk = 1 << 17;
/// The largest number of float32 values in one state of a chunk if `chunk` is 0: 256 MiB.
constexpr std::uint32_t kLargestState = 1 << 26;
/// What a submission brings back: trajectories of large states come in many.
constexpr std::size_t kReadbackBytes = 32 << 20;

/// Particles at a time whose rows stay in the cache while they are filled plane by plane.
constexpr std::size_t kTile = 64;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::uint32_t chunk_of(const gpu::Device& device, std::uint32_t dim, const RunRequest& request) {
    const std::uint32_t most =
        std::min({kLargestChunk, kLargestState / dim / gpu::kParticleMultiple * gpu::kParticleMultiple,
                  sample::Executor::largest_capacity(device, dim, request.program.registers)});
    return std::min(request.chunk == 0 ? most : request.chunk, request.particles);
}

/// The states that a submission brings back, and whose they are.
struct KeptStates {
    gpu::Readback<float> values;  ///< (states, dim, stride)
    std::uint32_t done = 0;       ///< first particle, counted from the run's first
    std::uint32_t count = 0;
    int first = 0;  ///< state
    int states = 0;
};

class BatchedRun {
  public:
    BatchedRun(gpu::Device& device, std::span<sample::GpuSource* const> sources, const RunRequest& request,
               const BatchSink& sink)
        : request_(request),
          sink_(sink),
          dim_(sources[0]->dim()),
          chunk_(chunk_of(device, dim_, request)),
          population_(device, sources, {.particles = chunk_, .registers = request.program.registers}),
          state_floats_(population_.particles().register_bytes() / sizeof(float)),
          states_per_submission_(states_per_submission()),
          submissions_(device, "samples",
                       [this](std::size_t slot, std::span<const gpu::Timing> timings) { collect(slot, timings); }),
          kept_{make_kept(device, "samples, even"), make_kept(device, "samples, odd")},
          rows_(std::size_t{chunk_} * dim_),
          frames_(device.trace(), "submission") {
        require_inputs(request, dim_);
        const base::TraceSpan span(device.trace(), "warm up");
        population_.warm_up();
    }

    RunResult finish() {
        const Clock::time_point start = Clock::now();
        for (std::uint32_t done = 0; done < request_.particles;) {
            const std::uint32_t count = std::min(chunk_, request_.particles - done);
            run_chunk(done, count);
            done += count;
        }
        frames_.begin("wait");
        submissions_.finish();
        frames_.end();
        result_.seconds = seconds_since(start) - idle_seconds_;
        return result_;
    }

  private:
    int states_per_submission() const {
        if (!request_.trajectory) return 1;
        const std::size_t fitting = std::max<std::size_t>(kReadbackBytes / (state_floats_ * sizeof(float)), 1);
        return std::min(static_cast<int>(fitting), request_.program.steps + 1);
    }

    KeptStates make_kept(gpu::Device& device, const char* name) const {
        return {{device, name, static_cast<std::size_t>(states_per_submission_) * state_floats_}};
    }

    void run_chunk(std::uint32_t done, std::uint32_t count) {
        frames_.begin("load");
        const diffusion::ParticleRange range = {request_.first + done, count};
        const sample::StartInputs inputs = {.init = start_rows(done, count),
                                            .known = rows_of_part(request_.known, dim_, done, count),
                                            .mask = rows_of_part(request_.mask, dim_, done, count)};
        if (done == 0) {
            population_.load(request_.program, request_.seed, range, inputs);
        } else {
            population_.start(range, inputs);
        }
        const int steps = request_.program.steps;
        int next = request_.trajectory ? 0 : steps;  // the next state to be handed over
        while (next <= steps) {
            frames_.begin("wait");
            gpu::Recorder& recorder = submissions_.begin();
            frames_.next("advance");
            KeptStates& kept = kept_.at(submissions_.slot());
            kept.done = done;
            kept.count = count;
            kept.first = next;
            const int before = population_.state();
            double operations = kOperationsPerSubmission;
            while (next <= steps && kept.states < states_per_submission_ && operations > 0) {
                population_.seek(next);
                operations -= population_.advance({.recorder = &recorder, .operations = operations});
                if (!population_.arrived()) break;
                keep_state(recorder, kept);
                ++next;
            }
            frames_.next("submit");
            const std::array args = {base::TraceArg{"first", range.first}, base::TraceArg{"particles", count},
                                     base::TraceArg{"step", before},
                                     base::TraceArg{"steps", population_.state() - before}};
            recorder.describe("submission", args);
            frames_.describe(args);
            kept.values.submitted(submissions_.submit());
            if (request_.progress) {
                request_.progress(std::uint64_t{done} * static_cast<std::uint64_t>(steps) +
                                  std::uint64_t{count} * static_cast<std::uint64_t>(before));
            }
        }
    }

    std::span<const float> start_rows(std::uint32_t done, std::uint32_t count) {
        if (!request_.init) return {};
        const std::span<float> rows = std::span(rows_).first(std::size_t{count} * dim_);
        request_.init(done, rows);
        return rows;
    }

    void keep_state(gpu::Recorder& recorder, KeptStates& kept) const {
        const sample::ParticleView state = population_.particles();
        kept.values.record(recorder, state.values, state.reg * state_floats_, state_floats_,
                           static_cast<std::size_t>(kept.states) * state_floats_);
        ++kept.states;
    }

    /// Adds the times of a completed submission and hands over its states.
    void collect(std::size_t slot, std::span<const gpu::Timing> timings) {
        for (const gpu::Timing& timing : timings) {
            (timing.name == "network" ? result_.network_seconds : result_.sampler_seconds) += timing.seconds;
        }
        KeptStates& kept = kept_.at(slot);
        if (kept.states == 0) return;
        const base::TraceSpan span(frames_.trace(), "read back");
        const std::span<const float> values = kept.values.wait();
        for (int k = 0; k < kept.states; ++k) {
            hand_over(kept, kept.first + k, values.subspan(static_cast<std::size_t>(k) * state_floats_, state_floats_));
        }
        kept.states = 0;
    }

    void hand_over(const KeptStates& kept, int state, std::span<const float> planes) {
        const std::span<float> rows = std::span(rows_).first(std::size_t{kept.count} * dim_);
        to_rows(planes, rows);
        require_finite(rows, dim_, request_.first + kept.done);
        const Clock::time_point start = Clock::now();
        const base::TraceSpan span(frames_.trace(), "write");
        sink_({state, kept.done, rows});
        if (submissions_.pending() == 1) idle_seconds_ += seconds_since(start);
    }

    /// Planes (dim, stride) to rows (n, dim).
    void to_rows(std::span<const float> planes, std::span<float> rows) const {
        const std::size_t count = rows.size() / dim_;
        const std::size_t stride = population_.particles().stride;
        for (std::size_t first = 0; first < count; first += kTile) {
            const std::size_t last = std::min(first + kTile, count);
            for (std::size_t e = 0; e < dim_; ++e) {
                for (std::size_t i = first; i < last; ++i) rows[i * dim_ + e] = planes[e * stride + i];
            }
        }
    }

    const RunRequest& request_;
    const BatchSink& sink_;
    std::uint32_t dim_;
    std::uint32_t chunk_;
    sample::GpuPopulation population_;
    std::size_t state_floats_;  ///< of a state: dim · stride
    int states_per_submission_;
    OfflineSubmissions submissions_;
    std::array<KeptStates, OfflineSubmissions::kSlots> kept_;  ///< by slot
    std::vector<float> rows_;                                  ///< (chunk, dim)
    double idle_seconds_ = 0;                                  ///< of the sink, with nothing else in flight
    base::TraceFrames frames_;
    RunResult result_;
};

}  // namespace

RunResult run_batches(gpu::Device& device, std::span<sample::GpuSource* const> sources, const RunRequest& request,
                      const BatchSink& sink) {
    return BatchedRun(device, sources, request, sink).finish();
}

}  // namespace scorefield::session
