#include "sample/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "base/error.hpp"
#include "sample/executor.hpp"

namespace scorefield::sample {
namespace {

using Clock = std::chrono::steady_clock;

/// Operations of one submission: half a second where ten milliseconds are a step, nothing to a GPU; far below the two
/// seconds after which drivers give up, far above what a submission costs.
constexpr double kOperationsPerSubmission = 1.3e10;
/// Of one step of one batch, which is never cut.
constexpr double kOperationsPerStep = 2e11;
constexpr std::uint32_t kLargestChunk = 1 << 17;
/// What a submission brings back: trajectories of large states come in many.
constexpr VkDeviceSize kReadbackBytes = 32 << 20;
/// Of four normals.
constexpr double kNoiseOperations = 200;

/// Particles at a time whose rows stay in the cache while they are filled plane by plane.
constexpr std::size_t kTile = 64;

/// The step before the first.
constexpr int kStart = -1;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Operations per particle of the program's most expensive step.
double operations_per_step(const diffusion::Program& program, std::span<GpuSource* const> sources) {
    Executor::require_valid(program, sources.size());
    const double dim = sources[0]->dim();
    std::vector<double> operations(static_cast<std::size_t>(program.steps), dim);
    for (const diffusion::Op& op : program.ops) {
        double& sum = operations[static_cast<std::size_t>(op.step)];
        if (const auto* eval = std::get_if<diffusion::Eval>(&op.instruction)) {
            sum += sources[static_cast<std::size_t>(eval->source)]->operations();
        } else if (const auto* blend = std::get_if<diffusion::Blend>(&op.instruction)) {
            sum += 2 * dim * static_cast<double>(blend->terms.size());
            sum += kNoiseOperations * std::ceil(dim / 4) * static_cast<double>(blend->noise.size());
        } else if (std::holds_alternative<diffusion::Threshold>(op.instruction)) {
            sum += 3 * 33 * dim;
        } else {
            sum += 3 * dim;
        }
    }
    return *std::max_element(operations.begin(), operations.end());
}

std::uint32_t default_chunk(const gpu::Device& device, std::uint32_t dim, int registers, double operations) {
    const std::uint32_t most = std::min(kLargestChunk, Executor::largest_capacity(device, dim, registers));
    return static_cast<std::uint32_t>(
        std::max<double>(std::min<double>(kOperationsPerStep / operations, most), gpu::kParticleMultiple));
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
          operations_(operations_per_step(request.program, sources)),
          chunk_(std::min(
              request.chunk == 0 ? default_chunk(device, dim_, request.program.registers, operations_) : request.chunk,
              request.particles)),
          executor_(device, sources, chunk_, request.program.registers),
          steps_per_submission_(steps_per_submission()),
          slots_{make_slot("samples, even"), make_slot("samples, odd")},
          rows_(std::size_t{chunk_} * dim_) {
        require_states(request.known, request.program.known_register < 0, "known values");
        require_states(request.mask, request.program.mask_register < 0, "mask");
        executor_.warm_up();
        executor_.load(request.program, request.seed, {request.first, chunk_});
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

    VkDeviceSize state_bytes() const { return VkDeviceSize{dim_} * executor_.state().stride * sizeof(float); }

    /// The start counts as a step.
    int steps_per_submission() const {
        double most = std::min<double>(kOperationsPerSubmission / (operations_ * chunk_), request_.program.steps + 1);
        if (request_.trajectory) {
            most = std::min(most, static_cast<double>(kReadbackBytes) / static_cast<double>(state_bytes()));
        }
        return static_cast<int>(std::max(most, 1.0));
    }

    Slot make_slot(const char* name) {
        const int states = request_.trajectory ? steps_per_submission_ : 1;
        const VkDeviceSize bytes = static_cast<VkDeviceSize>(states) * state_bytes();
        return {{device_, name}, {device_, name, bytes, gpu::MemoryUse::readback}};
    }

    Slot& next_slot() { return slots_[turn_++ % slots_.size()]; }

    void run_chunk(std::uint32_t done, std::uint32_t count) {
        const int steps = request_.program.steps;
        executor_.set_particles({request_.first + done, count});
        for (int step = kStart; step < steps; step += steps_per_submission_) {
            Slot& slot = next_slot();
            collect(slot);
            const int end = std::min(steps, step + steps_per_submission_);
            slot.done = done;
            slot.count = count;
            slot.first_state = request_.trajectory ? step + 1 : steps;
            slot.kept = 0;
            slot.recorder.begin();
            for (int k = step; k < end; ++k) record(slot, k);
            device_.submit(slot.recorder);
            if (request_.progress) {
                request_.progress(std::uint64_t{done} * static_cast<std::uint64_t>(steps) +
                                  std::uint64_t{count} * static_cast<std::uint64_t>(std::max(step, 0)));
            }
        }
    }

    void record(Slot& slot, int step) {
        if (step == kStart) {
            record_start(slot);
        } else {
            executor_.record_step(slot.recorder, step);
        }
        if (!request_.trajectory && step + 1 < request_.program.steps) return;
        keep_state(slot, step == kStart ? request_.program.init_register : request_.program.result);
    }

    void record_start(Slot& slot) {
        const auto init = upload("start states", start_rows(slot), slot);
        const auto known = upload("known values", part_of(request_.known, slot), slot);
        const auto mask = upload("mask", part_of(request_.mask, slot), slot);
        const auto pointer = [](const std::optional<gpu::Buffer>& buffer) { return buffer ? &*buffer : nullptr; };
        executor_.record_start(slot.recorder, {pointer(init), pointer(known), pointer(mask)});
    }

    std::span<const float> start_rows(const Slot& slot) {
        if (!request_.init) return {};
        const std::span<float> rows = std::span(rows_).first(std::size_t{slot.count} * dim_);
        request_.init(slot.done, rows);
        return rows;
    }

    std::span<const float> part_of(std::span<const float> rows, const Slot& slot) const {
        if (rows.empty()) return {};
        return rows.subspan(std::size_t{slot.done} * dim_, std::size_t{slot.count} * dim_);
    }

    /// Rows of the slot's particles as planes (dim, stride), ready to be copied; nothing where there are none.
    std::optional<gpu::Buffer> upload(const char* name, std::span<const float> rows, const Slot& slot) {
        if (rows.empty()) return std::nullopt;
        const std::size_t stride = executor_.state().stride;
        gpu::Buffer buffer(device_, name, state_bytes(), gpu::MemoryUse::upload);
        const std::span<float> planes = buffer.mapped<float>();
        for (std::size_t e = 0; e < dim_; ++e) {
            for (std::size_t i = 0; i < stride; ++i) {
                planes[e * stride + i] = i < slot.count ? rows[i * dim_ + e] : 0.0F;
            }
        }
        return buffer;
    }

    void keep_state(Slot& slot, int reg) {
        slot.recorder.copy(executor_.state().values, static_cast<VkDeviceSize>(reg) * state_bytes(), slot.states,
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
        const std::size_t stride = executor_.state().stride;
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
    double operations_;  ///< per particle and step
    std::uint32_t chunk_;
    Executor executor_;
    int steps_per_submission_;
    std::array<Slot, 2> slots_;
    std::vector<float> rows_;  ///< (chunk, dim)
    std::size_t turn_ = 0;
    double idle_seconds_ = 0;  ///< of the sink, with nothing else in flight
    RunResult result_;
};

}  // namespace

RowSource rows_of(std::span<const float> rows, std::size_t dim) {
    return [rows, dim](std::uint32_t first, std::span<float> into) {
        std::ranges::copy(rows.subspan(first * dim, into.size()), into.begin());
    };
}

RunResult run(gpu::Device& device, std::span<GpuSource* const> sources, const RunRequest& request, const Sink& sink) {
    return Run(device, sources, request, sink).finish();
}

}  // namespace scorefield::sample
