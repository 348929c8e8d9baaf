#include "train/gpu_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"
#include "gpu/transfer.hpp"
#include "nn/gpu_kernels.hpp"
#include "shaders/train/adam.comp.hpp"
#include "shaders/train/adam_push.h"
#include "shaders/train/batch.comp.hpp"
#include "shaders/train/batch_push.h"
#include "shaders/train/kernel_target.comp.hpp"
#include "shaders/train/kernel_target_push.h"
#include "shaders/train/level.h"
#include "shaders/train/norm.comp.hpp"
#include "shaders/train/norm_push.h"
#include "shaders/train/wide_kernel_target.comp.hpp"
#include "train/adam.hpp"

namespace scorefield::train {
namespace {

constexpr std::uint32_t kNormGroup = 256;
constexpr std::uint32_t kMostGroups = 1024;  // of Adam: each invocation takes one weight after the other
constexpr double kPerDraw = 200;             // for a row and four coordinates, of train/batch.comp
constexpr double kPerKernelPoint = 25;       // for a row, of train/kernel_target.comp
constexpr double kPerWideKernelPoint = 8;    // for a row and coordinate, of train/wide_kernel_target.comp
constexpr std::uint32_t kUnrolledDim = 3;    // the largest dimension that train/kernel_target.comp supports
constexpr double kPerWeight = 30;            // of train/norm.comp and train/adam.comp

static_assert(std::uint64_t{kMaxBatch} * kBatchLevels < (std::uint64_t{1} << 32U) &&
                  std::uint64_t{diffusion::kMaxTrainSteps} * kBatchLevels < (std::uint64_t{1} << 32U),
              "rows, levels of a batch and all levels are multiplied in 32 bits");

/// The constant SECOND of train/batch.comp: what the second normals of a row are.
std::uint32_t second_normals(const BatchForm& form) {
    if (form.with_step) return 1;
    if (form.loss != BatchForm::Loss::sliced) return 0;
    return form.gaussian ? 3 : 2;
}

/// So many numbers, and as many more as make fours of all (train/adam.comp).
std::size_t whole_fours(std::size_t count) {
    return (count + 3) / 4 * 4;
}

/// Loss first, then its derivatives by the trained tensors: one row of numbers.
std::unique_ptr<nn::GpuPlan> plan_training(gpu::Device& device, ObjectiveGraph& objective,
                                           const model::Architecture& network, std::size_t rows) {
    const std::vector<nn::Value> outputs = training_outputs(objective, network);
    try {
        return std::make_unique<nn::GpuPlan>(device, objective.graph, outputs, rows);
    } catch (const base::Error& error) {
        if (error.fault() != base::Fault::request) throw;
        throw base::request_error(
            "training does not fit the device", "`train.batch`",
            fmt::format("{} rows do not fit into one buffer of {}", rows, device.properties().name),
            "use a smaller `train.batch` or a smaller network, or `device` host");
    }
}

}  // namespace

GpuStep::GpuStep(gpu::Device& device, const TrainSpec& spec, const BatchSource& source,
                 const model::Architecture& network)
    : device_(device),
      spec_(spec),
      source_(source),
      network_(network),
      objective_(build_objective(network_, source_, spec.batch)),
      dim_(model::dim_of(network_)),
      first_trained_(nn::trained_tensors(model::tensors_of(network_)).front().name),
      trained_(model::trained_weights_of(network_)),
      figures_(device, "figures of steps", kKeptSteps * kFigures * sizeof(float)) {
    plan_ = plan_training(device, objective_, network_, spec.batch);
    const std::uint32_t group = gpu::score_workgroup(device);
    const BatchForm& form = source_.form();
    const auto dim = static_cast<std::uint32_t>(dim_);
    draw_ = gpu::ComputePipeline(
        device, "training batch", shaders::train_batch_comp,
        {group, dim, static_cast<std::uint32_t>(form.classes), form.loss == BatchForm::Loss::regression ? 0U : 1U,
         form.weighted ? 1U : 0U, form.skips ? 1U : 0U, second_normals(form)});
    if (form.kernel_target) {
        std::span<const std::uint32_t> code = shaders::train_kernel_target_comp;
        if (dim > kUnrolledDim) code = shaders::train_wide_kernel_target_comp;
        target_ = gpu::ComputePipeline(device, "kernel targets", code, {group, dim});
    }
    norm_ = gpu::ComputePipeline(device, "gradient norm", shaders::train_norm_comp,
                                 {gpu::workgroup_size(device, kNormGroup)});
    adam_ = gpu::ComputePipeline(device, "Adam", shaders::train_adam_comp, {group});
    points_ = gpu::make_buffer<float>(device, "training points", source_.pool().values);
    const std::vector<std::uint32_t>& labels = source_.pool().labels;
    labels_ = gpu::make_buffer<std::uint32_t>(device, "classes of points",
                                              form.classes > 0 ? labels : std::vector<std::uint32_t>(1));
    levels_ = gpu::Buffer(device, "noise levels", source_.levels().size() * sizeof(shaders::Level));
    average_ = gpu::Buffer(device, "averaged weights", whole_fours(trained_) * sizeof(float));
    moments_ = gpu::Buffer(device, "moments", 2 * whole_fours(trained_) * sizeof(float));
    state_ = gpu::Buffer(device, "training state", sizeof(std::uint32_t));
    warm_up();
    upload_constants();
}

/// Runs every pipeline once, for one row, on whatever lies in the buffers.
void GpuStep::warm_up() {
    gpu::Recorder recorder(device_, "first step");
    recorder.begin();
    for (const gpu::Buffer* buffer : {&levels_, &average_, &moments_, &state_}) recorder.fill(*buffer, 0);
    constexpr std::uint32_t kRows = 1;
    for (std::size_t part = 0; part < parts(); ++part) record(recorder, 0, part, 0, pieces(part, kRows), kRows);
    device_.wait(device_.submit(recorder));
}

/// The levels, and of the network what does not change.
void GpuStep::upload_constants() {
    std::vector<shaders::Level> levels;
    for (const NoiseLevel& level : source_.levels()) {
        levels.push_back({.c_noise = static_cast<float>(level.c_noise),
                          .c_in = static_cast<float>(level.c_in),
                          .alpha = static_cast<float>(level.alpha),
                          .sigma = static_cast<float>(level.sigma),
                          .sigma_step = static_cast<float>(level.sigma_step),
                          .of_data = static_cast<float>(level.of_data),
                          .of_noise = static_cast<float>(level.of_noise),
                          .of_step = static_cast<float>(level.of_step),
                          .root_weight = static_cast<float>(std::sqrt(level.weight)),
                          .skip = static_cast<float>(level.skip),
                          .out_ = static_cast<float>(level.out),
                          .spread = static_cast<float>(level.spread)});
    }
    gpu::upload<shaders::Level>(device_, levels_, levels);
    const data::TensorMap tensors = initial_weights();
    for (const nn::TensorSpec& spec : model::tensors_of(network_)) {
        if (spec.trained) continue;
        const VkDeviceSize place = VkDeviceSize{plan_->place(spec.name).offset} * sizeof(float);
        gpu::upload_bytes(device_, plan_->values(), std::as_bytes(std::span(tensors.at(spec.name).values)), place);
    }
}

data::TensorMap GpuStep::initial_weights() const {
    return model::initial_weights(network_, spec_.seed, source_.frequencies(), spec_.input_gain);
}

/// Where the trained weights begin in the plan's values: they lie there one after the other, from a multiple of four
/// on, because the tensor before them is not trained.
std::uint32_t GpuStep::first_weight() const {
    return plan_->place(first_trained_).offset;
}

void GpuStep::upload(const TrainingState& state) {
    std::vector<float> averaged = state.averaged;
    averaged.resize(whole_fours(trained_));
    std::vector<float> moments = state.first;
    moments.resize(whole_fours(trained_));
    moments.insert(moments.end(), state.second.begin(), state.second.end());
    moments.resize(2 * whole_fours(trained_));
    gpu::upload_bytes(device_, plan_->values(), std::as_bytes(std::span(state.weights)),
                      VkDeviceSize{first_weight()} * sizeof(float));
    gpu::upload<float>(device_, average_, averaged);
    gpu::upload<float>(device_, moments_, moments);
    gpu::upload<std::uint32_t>(device_, state_, std::vector<std::uint32_t>(1));
}

TrainingState GpuStep::download(std::uint64_t steps) const {
    const std::vector<float> moments = gpu::download<float>(device_, moments_);
    const std::vector<float> averaged = gpu::download<float>(device_, average_);
    const auto count = static_cast<std::ptrdiff_t>(trained_);
    const auto second = moments.begin() + static_cast<std::ptrdiff_t>(whole_fours(trained_));
    TrainingState state = {.steps = steps,
                           .weights = std::vector<float>(trained_),
                           .averaged = {averaged.begin(), averaged.begin() + count},
                           .first = {moments.begin(), moments.begin() + count},
                           .second = {second, second + count}};
    gpu::download_bytes(device_, plan_->values(), std::as_writable_bytes(std::span(state.weights)),
                        VkDeviceSize{first_weight()} * sizeof(float));
    return state;
}

/// Draws of the range, of a batch of so many rows.
void GpuStep::record_batch(gpu::Recorder& recorder, std::uint64_t step, Rows range, std::uint32_t rows) const {
    const BatchForm& form = source_.form();
    const auto place = [&](bool there, const char* name) { return there ? plan_->place(name).offset : 0; };
    const bool implicit = form.loss != BatchForm::Loss::regression;
    const nn::GpuView x = plan_->place("x");
    const shaders::BatchPush push = {.rows = rows,
                                     .levels = static_cast<std::uint32_t>(source_.batch_levels(spec_.batch)),
                                     .all_levels = static_cast<std::uint32_t>(source_.levels().size()),
                                     .points = static_cast<std::uint32_t>(source_.pool().count),
                                     .step = static_cast<std::uint32_t>(step),
                                     .stream = base::kTrainStream,
                                     .seed_low = static_cast<std::uint32_t>(spec_.seed),
                                     .seed_high = static_cast<std::uint32_t>(spec_.seed >> 32U),
                                     .hidden_below = source_.hidden_below(),
                                     .stride = x.column,
                                     .times = place(true, "c_noise"),
                                     .level = level_place(),
                                     .x = x.offset,
                                     .label = place(form.classes > 0, "label"),
                                     .target = place(!implicit, "target"),
                                     .root_weight = place(form.weighted, "root_weight"),
                                     .skip = place(form.skips, "skip"),
                                     .out_ = place(implicit, "out"),
                                     .spread = place(implicit, "spread"),
                                     .direction = place(form.loss == BatchForm::Loss::sliced, "direction"),
                                     .first = range.first,
                                     .end = range.end};
    const std::uint32_t group = draw_.local_size()[0];
    const std::uint32_t groups = (range.end - range.first + group - 1) / group;
    recorder.dispatch(
        draw_, {gpu::reads_writes(plan_->values()), gpu::reads(points_), gpu::reads(labels_), gpu::reads(levels_)},
        push, groups);
}

/// Targets of explicit score matching.
void GpuStep::record_targets(gpu::Recorder& recorder, std::uint64_t step, Rows range) const {
    const nn::GpuView x = plan_->place("x");
    const shaders::KernelTargetPush push = {.end = range.end,
                                            .levels = static_cast<std::uint32_t>(source_.batch_levels(spec_.batch)),
                                            .all_levels = static_cast<std::uint32_t>(source_.levels().size()),
                                            .points = static_cast<std::uint32_t>(source_.pool().count),
                                            .step = static_cast<std::uint32_t>(step),
                                            .stream = base::kTrainStream,
                                            .seed_low = static_cast<std::uint32_t>(spec_.seed),
                                            .seed_high = static_cast<std::uint32_t>(spec_.seed >> 32U),
                                            .stride = x.column,
                                            .level = level_place(),
                                            .x = x.offset,
                                            .target = plan_->place("target").offset,
                                            .first = range.first};
    const std::uint32_t group = target_.local_size()[0];
    recorder.dispatch(target_, {gpu::reads_writes(plan_->values()), gpu::reads(points_), gpu::reads(levels_)}, push,
                      (range.end - range.first + group - 1) / group);
}

/// Where the rows' levels go; nowhere where there is one level.
std::uint32_t GpuStep::level_place() const {
    return source_.batch_levels(spec_.batch) > 1 ? plan_->place("level").offset : shaders::kNowhere;
}

/// Loss and gradient's norm, and the step along it.
void GpuStep::record_update(gpu::Recorder& recorder, std::uint64_t step) const {
    const gpu::Buffer& values = plan_->values();
    const std::uint32_t group = adam_.local_size()[0];
    const auto report = static_cast<std::uint32_t>(step % kKeptSteps * kFigures);
    const auto count = static_cast<std::uint32_t>(trained_);
    const std::uint32_t gradient = plan_->output(1).offset;
    recorder.dispatch(norm_, {gpu::reads(values), gpu::writes(figures_), gpu::reads_writes(state_)},
                      shaders::NormPush{.loss = plan_->output(0).offset,
                                        .gradient = gradient,
                                        .count = count,
                                        .report = report,
                                        .largest_loss = static_cast<float>(source_.diverged_loss())},
                      1);
    const auto power = static_cast<double>(step + 1);
    const double rate = learning_rate(spec_, step);
    const shaders::AdamPush adam = {.weights = first_weight(),
                                    .gradient = gradient,
                                    .count = count,
                                    .report = report,
                                    .clip = static_cast<float>(spec_.clip),
                                    .keep = static_cast<float>(1 - rate * spec_.weight_decay),
                                    .step = static_cast<float>(rate / (1 - std::pow(kAdamBeta1, power))),
                                    .correction = static_cast<float>(1 / std::sqrt(1 - std::pow(kAdamBeta2, power))),
                                    .keep_first = static_cast<float>(kAdamBeta1),
                                    .keep_second = static_cast<float>(kAdamBeta2),
                                    .take_first = static_cast<float>(1 - kAdamBeta1),
                                    .take_second = static_cast<float>(1 - kAdamBeta2),
                                    .epsilon = static_cast<float>(kAdamEpsilon),
                                    .take_average = static_cast<float>(1 - average_decay(spec_.ema, step))};
    recorder.dispatch(adam_,
                      {gpu::reads_writes(values), gpu::reads(figures_), gpu::reads_writes(moments_),
                       gpu::reads_writes(average_), gpu::reads(state_)},
                      adam, std::min(kMostGroups, (count / 4 + group) / group));
}

/// The parts of a step: the draws, targets by a kernel density estimate, the plan's dispatches, the update.
std::size_t GpuStep::parts() const {
    return first_plan_part() + plan_->dispatches() + 1;
}

std::size_t GpuStep::first_plan_part() const {
    return source_.form().kernel_target ? 2 : 1;
}

/// Into how many pieces the part can be cut over so many rows.
std::size_t GpuStep::pieces(std::size_t part, std::size_t rows) const {
    const std::size_t first = first_plan_part();
    if (part >= first) return part - first < plan_->dispatches() ? plan_->pieces(part - first, rows) : 1;
    const std::size_t group = (part == 0 ? draw_ : target_).local_size()[0];
    return (rows + group - 1) / group;
}

double GpuStep::operations(std::size_t part) const {
    const auto rows = static_cast<double>(spec_.batch);
    const std::size_t first = first_plan_part();
    const auto dim = static_cast<double>(dim_);
    if (part == 0) return kPerDraw * std::ceil(dim / 4) * rows;
    const double per_point = dim_ > kUnrolledDim ? kPerWideKernelPoint * dim : kPerKernelPoint;
    if (part < first) return per_point * rows * static_cast<double>(source_.pool().count);
    if (part - first < plan_->dispatches()) return plan_->work(part - first, spec_.batch);
    return kPerWeight * static_cast<double>(trained_);
}

double GpuStep::operations() const {
    double sum = 0;
    for (std::size_t part = 0; part < parts(); ++part) sum += operations(part);
    return sum;
}

void GpuStep::record(gpu::Recorder& recorder, std::uint64_t step, std::size_t part, std::size_t first,
                     std::size_t count, std::uint32_t rows) const {
    const std::size_t plan = first_plan_part();
    if (part >= plan + plan_->dispatches()) return record_update(recorder, step);
    if (part >= plan) return plan_->record(recorder, rows, part - plan, first, count);
    const std::size_t group = (part == 0 ? draw_ : target_).local_size()[0];
    const Rows range = {static_cast<std::uint32_t>(first * group),
                        static_cast<std::uint32_t>(std::min<std::size_t>(rows, (first + count) * group))};
    part == 0 ? record_batch(recorder, step, range, rows) : record_targets(recorder, step, range);
}

void GpuStep::record_figures(gpu::Recorder& recorder, std::uint64_t first, std::uint32_t count,
                             gpu::Readback<float>& into, std::size_t at) const {
    for (std::uint64_t step = first; step < first + count;) {
        const std::size_t row = step % kKeptSteps;
        const std::size_t rows = std::min<std::size_t>(first + count - step, kKeptSteps - row);
        into.record(recorder, figures_, row * kFigures, rows * kFigures, (at + step - first) * kFigures);
        step += rows;
    }
}

StepReport GpuStep::report(std::uint64_t step, std::span<const float> figures) const {
    return {step, static_cast<double>(figures[0]), learning_rate(spec_, step), static_cast<double>(figures[1]),
            source_.diverged_loss()};
}

}  // namespace scorefield::train
