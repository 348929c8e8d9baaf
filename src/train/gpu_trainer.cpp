#include "train/gpu_trainer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "gpu/transfer.hpp"

namespace scorefield::train {
namespace {

/// The work of a submission: a fraction of a second on the slowest devices.
constexpr double kSubmissionWork = 4e9;  // operations
constexpr std::uint32_t kAtOnce = 8;     // steps
/// What is not cut any further, of a step's dispatches: a tenth of a millisecond on slow devices.
constexpr double kLeastWork = 2e6;  // operations

}  // namespace

GpuTrainer::GpuTrainer(gpu::Device& device, const TrainSpec& spec, const data::Dataset& data,
                       const diffusion::NoiseProcess& process)
    : device_(device),
      spec_(spec),
      source_(data, process, spec),
      network_(network_of(spec, source_)),
      step_(device, spec_, source_, network_),
      recorders_{gpu::Recorder(device, "training, even"), gpu::Recorder(device, "training, odd")} {
    const data::TensorMap tensors = initial_weights();
    TrainingState start;
    for (const nn::TensorSpec& tensor : model::tensors_of(network_)) {
        if (!tensor.trained) continue;
        const std::vector<float>& values = tensors.at(tensor.name).values;
        start.weights.insert(start.weights.end(), values.begin(), values.end());
    }
    start.averaged = start.weights;
    start.first.resize(start.weights.size());
    start.second.resize(start.weights.size());
    step_.upload(start);
    for (std::size_t i = 0; i < kReadbacks; ++i) {
        unused_.emplace_back(device, "figures of steps, read-back",
                             std::size_t{GpuStep::kKeptSteps} * GpuStep::kFigures);
    }
}

/// About `operations` worth of the part that is under way, or all that is left of it; returns how much.
double GpuTrainer::record_next(gpu::Recorder& recorder, double operations) {
    const std::size_t all = step_.pieces(part_, spec_.batch);
    const double each = step_.operations(part_) / static_cast<double>(all);
    const double wanted = std::ceil(std::max(operations, kLeastWork) / each);
    const std::size_t left = all - piece_;
    const std::size_t count = wanted < static_cast<double>(left) ? static_cast<std::size_t>(wanted) : left;
    step_.record(recorder, steps_, part_, piece_, count, static_cast<std::uint32_t>(spec_.batch));
    piece_ += count;
    if (piece_ == all) {
        piece_ = 0;
        ++part_;
    }
    if (part_ == step_.parts()) {
        part_ = 0;
        if (recorded_.count++ == 0) recorded_.first = steps_;
        ++steps_;
    }
    return each * static_cast<double>(count);
}

/// Copies the figures of the steps that this recording has ended; `before` it, recorded_ had so many.
void GpuTrainer::record_figures(gpu::Recorder& recorder, std::uint32_t before) {
    if (recorded_.count == before) return;
    if (before == 0) {
        if (unused_.empty()) collect_first(true);
        recorded_.figures = std::move(unused_.back());
        unused_.pop_back();
    }
    step_.record_figures(recorder, recorded_.first + before, recorded_.count - before, recorded_.figures, before);
}

double GpuTrainer::record_some(gpu::Recorder& recorder, double operations) {
    const std::uint32_t before = recorded_.count;
    double done = 0;
    while (steps_ < spec_.steps && (done == 0 || done < operations) && recorded_.count < GpuStep::kKeptSteps) {
        done += record_next(recorder, operations - done);
    }
    record_figures(recorder, before);
    return done;
}

void GpuTrainer::submitted(gpu::Submission submission) {
    if (recorded_.count == 0) return;
    recorded_.figures.submitted(submission);
    flights_.push_back(std::exchange(recorded_, {}));
}

void GpuTrainer::advance(std::uint64_t count) {
    const std::uint64_t end = steps_ + count;
    while (steps_ < end) {
        gpu::Recorder& recorder = recorders_[submissions_++ % recorders_.size()];
        device_.wait(recorder.submission());
        recorder.begin();
        const std::uint32_t before = recorded_.count;
        const std::uint64_t first = steps_;
        double done = 0;
        auto scope = std::optional(recorder.scope("training"));
        while (steps_ < end && done < kSubmissionWork && recorded_.count < kAtOnce) {
            done += record_next(recorder, kSubmissionWork - done);
        }
        scope->add_operations(done);
        scope.reset();
        record_figures(recorder, before);
        const std::array args = {base::TraceArg{"step", first}, base::TraceArg{"steps", steps_ - first},
                                 base::TraceArg{"batch", spec_.batch}};
        recorder.describe("steps", args);
        submitted(device_.submit(recorder));
    }
}

/// Takes the figures of the first flight, if there is one and they have arrived or it `waits` for them. Returns whether
/// it has.
bool GpuTrainer::collect_first(bool waits) {
    if (flights_.empty()) return false;
    Flight& flight = flights_.front();
    const std::optional<std::span<const float>> figures = waits ? flight.figures.wait() : flight.figures.take();
    if (!figures) return false;
    for (std::size_t i = 0; i < flight.count; ++i) {
        reports_.push_back(step_.report(flight.first + i, figures->subspan(i * GpuStep::kFigures, GpuStep::kFigures)));
    }
    unused_.push_back(std::move(flight.figures));
    flights_.pop_front();
    return true;
}

std::vector<StepReport> GpuTrainer::reports(bool all) {
    while (collect_first(all)) {
    }
    return std::exchange(reports_, {});
}

data::TensorMap GpuTrainer::initial_weights() const {
    return step_.initial_weights();
}

data::TensorMap GpuTrainer::averaged_weights() {
    device_.wait_idle();
    const std::vector<float> trained = gpu::download<float>(device_, averaged());
    return nn::with_trained(initial_weights(), model::tensors_of(network_), trained);
}

TrainingState GpuTrainer::state() {
    require_submitted();
    device_.wait_idle();
    return step_.download(steps_);
}

void GpuTrainer::restore(const TrainingState& state) {
    require_fitting(state, network_);
    require_submitted();
    reports(true);
    step_.upload(state);
    steps_ = state.steps;
    part_ = 0;
    piece_ = 0;
}

void GpuTrainer::require_submitted() const {
    if (recorded_.count > 0) throw std::logic_error("steps are recorded that have not been submitted");
}

TrainerMaker gpu_trainer_maker(gpu::Device& device) {
    return [&device](const TrainSpec& spec, const data::Dataset& data,
                     const diffusion::NoiseProcess& process) -> std::unique_ptr<Trainer> {
        return std::make_unique<GpuTrainer>(device, spec, data, process);
    };
}

}  // namespace scorefield::train
