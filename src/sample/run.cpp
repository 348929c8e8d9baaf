#include "sample/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "base/error.hpp"
#include "gpu/planes.hpp"
#include "sample/gpu_population.hpp"

namespace scorefield::sample {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kLargestChunk = 1 << 17;
/// The largest number of float32 values in one state of a chunk if `chunk` is 0: 256 MiB.
constexpr std::uint32_t kLargestState = 1 << 26;
/// What a submission brings back: trajectories of large states come in many.
constexpr VkDeviceSize kReadbackBytes = 32 << 20;

/// Particles at a time whose rows stay in the cache while they are filled plane by plane.
constexpr std::size_t kTile = 64;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::uint32_t chunk_of(const gpu::Device& device, std::uint32_t dim, const RunRequest& request) {
    const std::uint32_t most =
        std::min({kLargestChunk, kLargestState / dim / gpu::kParticleMultiple * gpu::kParticleMultiple,
                  Executor::largest_capacity(device, dim, request.program.registers)});
    return std::min(request.chunk == 0 ? most : request.chunk, request.particles);
}

/// A recorder with the states that its submission brings back, and whose they are.
struct Slot {
    gpu::Recorder recorder;
    gpu::Buffer states;  ///< (kept states, dim, stride)
    std::uint32_t done = 0;
    std::uint32_t count = 0;
    int first_state = 0;
    int kept = -1;  ///< −1: nothing in flight
};

class Run {
  public:
    Run(gpu::Device& device, std::span<GpuSource* const> sources, const RunRequest& request, const Sink& sink)
        : device_(device),
          request_(request),
          sink_(sink),
          dim_(sources[0]->dim()),
          chunk_(chunk_of(device, dim_, request)),
          population_(device, sources, {.particles = chunk_, .registers = request.program.registers}),
          states_per_submission_(states_per_submission()),
          slots_{make_slot("samples, even"), make_slot("samples, odd")},
          rows_(std::size_t{chunk_} * dim_) {
        require_states(request.known, request.program.known_register < 0, "known values");
        require_states(request.mask, request.program.mask_register < 0, "mask");
        population_.warm_up();
    }

    RunResult finish() {
        const Clock::time_point start = Clock::now();
        for (std::uint32_t done = 0; done < request_.particles;) {
            const std::uint32_t count = std::min(chunk_, request_.particles - done);
            run_chunk(done, count);
            done += count;
        }
        collect(next_slot());
        collect(next_slot());
        result_.seconds = seconds_since(start) - idle_seconds_;
        return result_;
    }

  private:
    void require_states(std::span<const float> states, bool unused, const char* what) const {
        if (unused || states.size() == std::size_t{request_.particles} * dim_) return;
        throw std::invalid_argument(
            fmt::format("{} hold {} numbers, not {} x {}", what, states.size(), request_.particles, dim_));
    }

    VkDeviceSize state_bytes() const { return population_.particles().register_bytes(); }

    int states_per_submission() const {
        if (!request_.trajectory) return 1;
        const auto fitting = static_cast<int>(std::max<VkDeviceSize>(kReadbackBytes / state_bytes(), 1));
        return std::min(fitting, request_.program.steps + 1);
    }

    Slot make_slot(const char* name) {
        const VkDeviceSize bytes = static_cast<VkDeviceSize>(states_per_submission_) * state_bytes();
        return {{device_, name}, {device_, name, bytes, gpu::MemoryUse::readback}};
    }

    Slot& next_slot() { return slots_[turn_++ % slots_.size()]; }

    void run_chunk(std::uint32_t done, std::uint32_t count) {
        const diffusion::ParticleRange range = {request_.first + done, count};
        const StartInputs inputs = {.init = start_rows(done, count),
                                    .known = part_of(request_.known, done, count),
                                    .mask = part_of(request_.mask, done, count)};
        if (done == 0) {
            population_.load(request_.program, request_.seed, range, inputs);
        } else {
            population_.start(range, inputs);
        }
        const int steps = request_.program.steps;
        int next = request_.trajectory ? 0 : steps;  // the next state to be handed over
        while (next <= steps) {
            Slot& slot = next_slot();
            collect(slot);
            slot.done = done;
            slot.count = count;
            slot.first_state = next;
            slot.kept = 0;
            slot.recorder.begin();
            const int before = population_.state();
            double operations = kOperationsPerSubmission;
            while (next <= steps && slot.kept < states_per_submission_ && operations > 0) {
                population_.seek(next);
                operations -= population_.advance({.recorder = &slot.recorder, .operations = operations});
                if (!population_.arrived()) break;
                keep_state(slot);
                ++next;
            }
            device_.submit(slot.recorder);
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

    std::span<const float> part_of(std::span<const float> rows, std::uint32_t done, std::uint32_t count) const {
        if (rows.empty()) return {};
        return rows.subspan(std::size_t{done} * dim_, std::size_t{count} * dim_);
    }

    void keep_state(Slot& slot) {
        const ParticleView state = population_.particles();
        slot.recorder.copy(state.values, state.reg * state_bytes(), slot.states,
                           static_cast<VkDeviceSize>(slot.kept) * state_bytes(), state_bytes());
        ++slot.kept;
    }

    /// Waits for the slot's submission, if it has one, takes its timings and hands over its states.
    void collect(Slot& slot) {
        if (slot.kept < 0) return;
        device_.wait(slot.recorder.submission());
        for (const gpu::Timing& timing : slot.recorder.timings()) {
            (timing.name == "network" ? result_.network_seconds : result_.sampler_seconds) += timing.seconds;
        }
        const std::size_t state_floats = state_bytes() / sizeof(float);
        for (int k = 0; k < slot.kept; ++k) {
            hand_over(slot, slot.first_state + k,
                      slot.states.mapped<float>().subspan(static_cast<std::size_t>(k) * state_floats, state_floats));
        }
        slot.kept = -1;
    }

    void hand_over(const Slot& slot, int state, std::span<const float> planes) {
        const std::span<float> rows = std::span(rows_).first(std::size_t{slot.count} * dim_);
        to_rows(planes, rows);
        require_finite(slot, rows);
        const Clock::time_point start = Clock::now();
        sink_({state, slot.done, rows});
        const auto in_flight = std::count_if(slots_.begin(), slots_.end(), [](const Slot& s) { return s.kept >= 0; });
        if (in_flight == 1) idle_seconds_ += seconds_since(start);
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

    void require_finite(const Slot& slot, std::span<const float> rows) const {
        const auto bad = std::find_if(rows.begin(), rows.end(), [](float x) { return !std::isfinite(x); });
        if (bad == rows.end()) return;
        const auto row = static_cast<std::uint64_t>(bad - rows.begin()) / dim_;
        throw base::running_error("sampling diverged", fmt::format("particle {}", request_.first + slot.done + row),
                                  "its state is not finite",
                                  "use more steps, another spacing, or a sampler that clips");
    }

    gpu::Device& device_;
    const RunRequest& request_;
    const Sink& sink_;
    std::uint32_t dim_;
    std::uint32_t chunk_;
    GpuPopulation population_;
    int states_per_submission_;
    std::array<Slot, 2> slots_;
    std::vector<float> rows_;  ///< (chunk, dim)
    std::size_t turn_ = 0;
    double idle_seconds_ = 0;  ///< of the sink, with nothing else in flight
    RunResult result_;
};

}  // namespace

StartRows rows_of(std::span<const float> rows, std::size_t dim) {
    return [rows, dim](std::uint32_t first, std::span<float> into) {
        std::ranges::copy(rows.subspan(first * dim, into.size()), into.begin());
    };
}

RunResult run(gpu::Device& device, std::span<GpuSource* const> sources, const RunRequest& request, const Sink& sink) {
    return Run(device, sources, request, sink).finish();
}

}  // namespace scorefield::sample
