#include "train/gpu_trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"
#include "gpu/transfer.hpp"
#include "nn/gpu_kernels.hpp"
#include "nn/reverse.hpp"
#include "shaders/train/adam.comp.hpp"
#include "shaders/train/batch.comp.hpp"
#include "shaders/train/norm.comp.hpp"
#include "train/adam.hpp"

namespace scorefield::train {
namespace {

constexpr std::size_t kLevelFloats = 5;  // of train/batch.comp
constexpr std::uint32_t kNormGroup = 256;
constexpr std::uint32_t kMostGroups = 1024;  // of Adam: each invocation takes one weight after the other
/// Operations of a submission: a fraction of a second on the slowest devices.
constexpr double kSubmissionWork = 4e9;

struct BatchPush {
    std::uint32_t rows, levels, points, step, stream, seed_low, seed_high, x, target, level, stride;
};
struct NormPush {
    std::uint32_t loss, gradient, count, report;
    float hopeless;
};
struct AdamPush {
    std::uint32_t weights, gradient, count, report;
    float clip, step, correction, keep_first, keep_second, take_first, take_second, epsilon, take_average;
};

void require_countable(std::size_t levels, std::size_t batch) {
    if (std::uint64_t{levels} * batch < kMostRowLevels) return;
    throw base::request_error("batch too large", "--train.batch",
                              fmt::format("{} rows of {} noise levels", batch, levels),
                              fmt::format("take at most {}", (kMostRowLevels - 1) / levels));
}

/// The tensors that are trained: all but the first, in the graph's order.
std::vector<nn::TensorSpec> trained_tensors(const nn::MlpConfig& network) {
    std::vector<nn::TensorSpec> trained;
    for (const nn::TensorSpec& spec : nn::mlp_tensors(network)) {
        if (spec.trained) trained.push_back(spec);
    }
    return trained;
}

std::size_t elements(const nn::TensorSpec& spec) {
    const nn::Shape shape = nn::value_shape(spec);
    return shape.rows * shape.columns;
}

/// Loss first, then its derivatives by the trained tensors: one row of numbers.
std::unique_ptr<nn::GpuPlan> plan_training(gpu::Device& device, ObjectiveGraph& objective, const nn::MlpConfig& network,
                                           std::size_t rows) {
    std::vector<nn::Value> outputs = {objective.loss};
    std::vector<nn::Value> trained;
    for (const nn::TensorSpec& spec : trained_tensors(network)) trained.push_back(objective.graph.find(spec.name));
    const std::vector<nn::Value> gradients = nn::gradients(objective.graph, objective.loss, trained);
    outputs.insert(outputs.end(), gradients.begin(), gradients.end());
    try {
        return std::make_unique<nn::GpuPlan>(device, objective.graph, outputs, rows);
    } catch (const base::Error& error) {
        if (error.fault() != base::Fault::request) throw;
        throw base::request_error(
            "training does not fit the device", "--train.batch",
            fmt::format("the values of {} rows are more than one buffer of {} holds", rows, device.properties().name),
            "take a smaller --train.batch or --network.width, or --device host");
    }
}

}  // namespace

GpuTrainer::Slot::Slot(gpu::Device& device, const std::string& name)
    : recorder(device, name),
      figures(device, name + ", figures", kAtOnce * 2 * sizeof(float)),
      readback(device, name + ", read-back", kAtOnce * 2 * sizeof(float), gpu::MemoryUse::readback) {}

GpuTrainer::GpuTrainer(gpu::Device& device, const TrainSettings& settings, const data::Dataset& data,
                       const diffusion::NoiseProcess& process)
    : device_(device),
      settings_(settings),
      network_{data.dim(), settings.width, settings.depth, settings.features},
      pool_(settings.threads),
      source_(data, process, settings.prediction, settings.seed),
      rows_(time_rows(source_.levels().size(), settings.batch)),
      objective_(build_objective(network_, rows_, source_.levels().size())),
      slots_{Slot(device, "training, even"), Slot(device, "training, odd")} {
    require_countable(source_.levels().size(), settings.batch);
    plan_ = plan_training(device, objective_, network_, settings.batch);
    for (const nn::TensorSpec& spec : trained_tensors(network_)) trained_ += elements(spec);
    const std::uint32_t group = nn::network_group(device);
    draw_ = gpu::ComputePipeline(
        device, "training batch", shaders::train_batch_comp,
        {group, static_cast<std::uint32_t>(network_.dim), rows_ == nn::TimeRows::per_particle ? 1U : 0U});
    norm_ = gpu::ComputePipeline(device, "gradient norm", shaders::train_norm_comp,
                                 {nn::workgroup_size(device, kNormGroup)});
    adam_ = gpu::ComputePipeline(device, "Adam", shaders::train_adam_comp, {group});
    // Forward, and backward by activations and by weights: a multiplication and an addition each.
    const double work = 6.0 * static_cast<double>(trained_) * static_cast<double>(settings.batch);
    at_once_ = static_cast<std::uint32_t>(std::clamp(kSubmissionWork / work, 1.0, double{kAtOnce}));
    points_ = gpu::make_buffer<float>(device, "training points", source_.pool().values);
    levels_ = gpu::Buffer(device, "noise levels", source_.levels().size() * kLevelFloats * sizeof(float));
    average_ = gpu::Buffer(device, "averaged weights", trained_ * sizeof(float));
    moments_ = gpu::Buffer(device, "moments", 2 * trained_ * sizeof(float));
    state_ = gpu::Buffer(device, "training state", sizeof(std::uint32_t));
    warm_up();
    upload_start();
}

GpuTrainer::~GpuTrainer() {
    device_.drain();
}

/// Runs every pipeline once, on whatever lies in the buffers.
void GpuTrainer::warm_up() {
    Slot& slot = slots_[0];
    slot.recorder.begin();
    for (const gpu::Buffer* buffer : {&levels_, &average_, &moments_, &state_}) slot.recorder.fill(*buffer, 0);
    record_step(slot, 0, 0);
    device_.wait(device_.submit(slot.recorder));
}

/// The levels and the initial weights, which are their own average.
void GpuTrainer::upload_start() {
    std::vector<float> levels;
    for (const NoiseLevel& level : source_.levels()) {
        const std::array<double, kLevelFloats> numbers = {level.c_noise, level.alpha, level.sigma, level.of_data,
                                                          level.of_noise};
        for (const double number : numbers) levels.push_back(static_cast<float>(number));
    }
    gpu::upload<float>(device_, levels_, levels);
    const auto write = [&](const nn::GpuView& place, std::span<const float> values) {
        gpu::upload_bytes(device_, plan_->values(), std::as_bytes(values), place.offset * sizeof(float));
    };
    if (rows_ == nn::TimeRows::levels) write(plan_->place("c_noise"), source_.times());
    const data::TensorMap weights = nn::initial_weights(network_, settings_.seed, source_.levels().back().c_noise);
    std::vector<float> trained;
    for (const nn::TensorSpec& spec : nn::mlp_tensors(network_)) {
        const std::vector<float>& values = weights.at(spec.name).values;
        write(plan_->place(spec.name), values);
        if (spec.trained) trained.insert(trained.end(), values.begin(), values.end());
    }
    gpu::upload<float>(device_, average_, trained);
    gpu::upload<float>(device_, moments_, std::vector<float>(2 * trained_));
    gpu::upload<std::uint32_t>(device_, state_, std::vector<std::uint32_t>(1));
}

void GpuTrainer::record_step(Slot& slot, std::uint32_t index, std::uint64_t step) {
    gpu::Recorder& recorder = slot.recorder;
    const gpu::Buffer& values = plan_->values();
    const auto rows = static_cast<std::uint32_t>(settings_.batch);
    const std::uint32_t group = draw_.local_size()[0];
    const nn::GpuView x = plan_->place("x");
    const BatchPush batch = {rows,
                             static_cast<std::uint32_t>(source_.levels().size()),
                             static_cast<std::uint32_t>(source_.pool().count),
                             static_cast<std::uint32_t>(step),
                             base::kTrainStream,
                             static_cast<std::uint32_t>(settings_.seed),
                             static_cast<std::uint32_t>(settings_.seed >> 32U),
                             x.offset,
                             plan_->place("target").offset,
                             plan_->place(rows_ == nn::TimeRows::levels ? "level" : "c_noise").offset,
                             x.column};
    recorder.dispatch(draw_, {gpu::reads_writes(values), gpu::reads(points_), gpu::reads(levels_)}, batch,
                      (rows + group - 1) / group);
    plan_->record(recorder, settings_.batch);
    const auto count = static_cast<std::uint32_t>(trained_);
    const std::uint32_t gradient = plan_->output(1).offset;
    recorder.dispatch(norm_, {gpu::reads(values), gpu::writes(slot.figures), gpu::reads_writes(state_)},
                      NormPush{plan_->output(0).offset, gradient, count, 2 * index, static_cast<float>(kHopelessLoss)},
                      1);
    const auto power = static_cast<double>(step + 1);
    const AdamPush adam = {plan_->place("input.weight").offset,
                           gradient,
                           count,
                           2 * index,
                           static_cast<float>(settings_.clip),
                           static_cast<float>(learning_rate(settings_, step) / (1 - std::pow(kAdamBeta1, power))),
                           static_cast<float>(1 / std::sqrt(1 - std::pow(kAdamBeta2, power))),
                           static_cast<float>(kAdamBeta1),
                           static_cast<float>(kAdamBeta2),
                           static_cast<float>(1 - kAdamBeta1),
                           static_cast<float>(1 - kAdamBeta2),
                           static_cast<float>(kAdamEpsilon),
                           static_cast<float>(1 - average_decay(settings_.ema, step))};
    recorder.dispatch(adam_,
                      {gpu::reads_writes(values), gpu::reads(slot.figures), gpu::reads_writes(moments_),
                       gpu::reads_writes(average_), gpu::reads(state_)},
                      adam, std::min(kMostGroups, (count + group - 1) / group));
}

void GpuTrainer::advance(std::uint64_t count) {
    while (count > 0) {
        Slot& slot = slots_[submissions_++ % slots_.size()];
        collect(slot);
        slot.first = steps_;
        slot.count = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, at_once_));
        slot.recorder.begin();
        for (std::uint32_t i = 0; i < slot.count; ++i) record_step(slot, i, steps_ + i);
        slot.recorder.copy(slot.figures, slot.readback);
        device_.submit(slot.recorder);
        steps_ += slot.count;
        count -= slot.count;
    }
}

/// Takes the figures of the slot's steps, waiting for them.
void GpuTrainer::collect(Slot& slot) {
    if (slot.count == 0) return;
    device_.wait(slot.recorder.submission());
    const std::span<const float> figures = slot.readback.mapped<float>();
    const std::uint32_t count = std::exchange(slot.count, 0);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t step = slot.first + i;
        reports_.push_back({step, static_cast<double>(figures[2 * std::size_t{i}]), learning_rate(settings_, step),
                            static_cast<double>(figures[2 * std::size_t{i} + 1])});
    }
}

std::vector<StepReport> GpuTrainer::reports(bool all) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        Slot& slot = slots_[(submissions_ + i) % slots_.size()];  // the earlier one first
        // A later one may complete while this is read: its figures come after those of the earlier one all the same.
        if (slot.count > 0 && !all && !device_.completed(slot.recorder.submission())) break;
        collect(slot);
    }
    return std::exchange(reports_, {});
}

data::TensorMap GpuTrainer::averaged_weights() {
    device_.wait_idle();
    const std::vector<float> averaged = gpu::download<float>(device_, average_);
    data::TensorMap tensors = nn::initial_weights(network_, settings_.seed, source_.levels().back().c_noise);
    auto next = averaged.begin();
    for (const nn::TensorSpec& spec : trained_tensors(network_)) {
        const auto end = next + static_cast<std::ptrdiff_t>(elements(spec));
        tensors.at(spec.name).values.assign(next, end);
        next = end;
    }
    return tensors;
}

TrainingState GpuTrainer::state() {
    device_.wait_idle();
    const std::vector<float> moments = gpu::download<float>(device_, moments_);
    const auto half = moments.begin() + static_cast<std::ptrdiff_t>(trained_);
    TrainingState state = {.steps = steps_,
                           .weights = std::vector<float>(trained_),
                           .averaged = gpu::download<float>(device_, average_),
                           .first = {moments.begin(), half},
                           .second = {half, moments.end()}};
    gpu::download_bytes(device_, plan_->values(), std::as_writable_bytes(std::span(state.weights)), first_weight());
    return state;
}

void GpuTrainer::restore(const TrainingState& state) {
    require_fitting(state, network_);
    reports(true);
    std::vector<float> moments = state.first;
    moments.insert(moments.end(), state.second.begin(), state.second.end());
    gpu::upload_bytes(device_, plan_->values(), std::as_bytes(std::span(state.weights)), first_weight());
    gpu::upload<float>(device_, average_, state.averaged);
    gpu::upload<float>(device_, moments_, moments);
    gpu::upload<std::uint32_t>(device_, state_, std::vector<std::uint32_t>(1));
    steps_ = state.steps;
}

VkDeviceSize GpuTrainer::first_weight() const {
    return VkDeviceSize{plan_->place("input.weight").offset} * sizeof(float);
}

double GpuTrainer::held_out_loss(std::uint64_t draws) {
    return train::held_out_loss(pool_, source_, network_, averaged_weights(), draws);
}

}  // namespace scorefield::train
