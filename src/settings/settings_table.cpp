#include <algorithm>
#include <array>
#include <limits>

#include "base/names.hpp"
#include "data/datasets.hpp"
#include "data/points.hpp"
#include "diffusion/targets.hpp"
#include "sample/sampling_spec.hpp"
#include "settings/live_settings.hpp"
#include "settings/process_settings.hpp"
#include "settings/sampler_settings.hpp"
#include "settings/settings.hpp"
#include "settings/space_settings.hpp"
#include "settings/sweep_settings.hpp"
#include "settings/texts.hpp"
#include "settings/training_settings.hpp"
#include "settings/window_settings.hpp"

namespace scorefield::settings {
namespace {

constexpr std::uint32_t kFrames = Command::view | Command::render;
constexpr std::uint32_t kCompute = kFrames | Command::sample;
/// All five take the same settings, although a program does not depend on all of them.
constexpr std::uint32_t kPrograms = kCompute | Command::program | Command::schedule;
/// Settings of single runs that hold for all runs of a sweep.
constexpr std::uint32_t kRuns = kPrograms | Command::sweep;
constexpr std::uint32_t kSweep = static_cast<std::uint32_t>(Command::sweep);
constexpr std::uint32_t kBench = static_cast<std::uint32_t>(Command::bench);
constexpr std::uint32_t kTrain = static_cast<std::uint32_t>(Command::train);
constexpr std::uint32_t kData = static_cast<std::uint32_t>(Command::data);
constexpr std::uint32_t kStudy = static_cast<std::uint32_t>(Command::study);
constexpr std::uint32_t kSample = static_cast<std::uint32_t>(Command::sample);
constexpr std::uint32_t kView = static_cast<std::uint32_t>(Command::view);
constexpr std::uint32_t kRender = static_cast<std::uint32_t>(Command::render);

constexpr std::uint64_t kMostTraceFrames = 100'000;
constexpr int kMaxClass = 65'535;
constexpr int kMostSteps = 1'000'000;
constexpr double kMaxMu = diffusion::kMaxProcessScale;
/// With 1 no class would be learned.
constexpr double kMaxLabelDropout = 0.99;

Choices sampler_names() {
    Choices names;
    for (const diffusion::SamplerInfo& info : diffusion::samplers()) names.names.push_back(info.name);
    return names;
}

/// Names the built-in data sets.
std::string_view data_help() {
    static const std::string help = [] {
        std::vector<std::string_view> names;
        for (const data::DatasetInfo& info : data::builtin_datasets()) names.push_back(info.name);
        return "Data set: " + base::join(names) + "; points from .npy, .csv or .ply; or the brightness of a .png";
    }();
    return help;
}

/// Names the exact targets.
std::string_view target_help() {
    static const std::string help = [] {
        std::vector<std::string> forms;
        for (const diffusion::TargetInfo& info : diffusion::targets()) {
            forms.push_back(std::string(info.name) + (info.argument.empty() ? "" : " " + std::string(info.argument)));
        }
        const std::vector<std::string_view> views(forms.begin(), forms.end());
        return "Exact score instead of a learned one: " + base::join(views);
    }();
    return help;
}

using Table = std::vector<Setting>;

void add_model(Table& table) {
    constexpr std::string_view kGroup = "Model";
    table.push_back({"model", kGroup, Text{.form = "FILE", .read = true}, "", "Learned score network (safetensors)",
                     kRuns | kBench | kStudy, [](Settings& s) -> Slot { return &s.model; },
                     "the shipped swiss_roll model"});
    table.push_back({"class", kGroup, IntegerRange{0, kMaxClass}, "",
                     "Class to sample, for models trained with `train.conditional`", kRuns,
                     [](Settings& s) -> Slot { return &s.label; }, "all classes"});
    table.push_back({"target", kGroup, Text{"NAME [FILE|DATA]"}, "", target_help(), kRuns | Command::score | kData,
                     [](Settings& s) -> Slot { return &s.target; }, "the model's score"});
    table.push_back({"target.variance", kGroup, RealRange{1e-12, 1e12, false, 100}, "",
                     "Variance of each coordinate (gaussian)", kRuns | Command::score | kStudy | kData,
                     [](Settings& s) -> Slot { return &s.target_variance; }, "1"});
    table.push_back({"dim", kGroup, IntegerRange{1, data::kMaxDim, 3}, "", "Dimension of the target gaussian",
                     kRuns | Command::score | kData, [](Settings& s) -> Slot { return &s.dim; }, "2"});
    table.push_back({"data", kGroup, Text{"NAME|FILE.npy|FILE.csv|FILE.ply|FILE.png"}, "", data_help(),
                     kRuns | Command::train | Command::score | kStudy | kData,
                     [](Settings& s) -> Slot { return &s.data; }, "the data set of the model", kTrain});
    table.push_back({"data.scaling", kGroup, choices(data::kScalingModes), "",
                     "Standardisation of the data (train, `target` empirical): common = one standard deviation for all "
                     "coordinates; per_coordinate; auto = per_coordinate if the standard deviations differ by more "
                     "than a factor of 20. Constant coordinates stay constant",
                     kRuns | Command::train, [](Settings& s) -> Slot { return &s.data_scaling; },
                     data::kScalingModes.front()});
    add_process_settings(table, kRuns | Command::train);
    table.push_back(
        {"prediction", kGroup, choices(diffusion::kPredictions), "",
         "What the network predicts: the noise, the data (x0), v, the score, the velocity or the EDM residual",
         kRuns | Command::train, [](Settings& s) -> Slot { return &s.prediction; },
         "the model's; for an exact target x0, or score with langevin; else epsilon"});
}

void add_sampler(Table& table) {
    constexpr std::string_view kGroup = "Sampler";
    table.push_back({"sampler", kGroup, sampler_names(), "", "Sampler", kPrograms,
                     [](Settings& s) -> Slot { return &s.sampler.name; }});
    add_sampler_parameters(table, kRuns);
    table.push_back({"steps", kGroup, IntegerRange{1, kMostSteps, 1000}, "steps", "Number of sampling steps", kPrograms,
                     [](Settings& s) -> Slot { return &s.steps; }});
    add_spacing_settings(table, kPrograms, kSweep);
    table.push_back({"timesteps", kGroup, Text{"LIST"}, "",
                     "Explicit timesteps, decreasing, separated by commas (replaces `steps` and `spacing`)", kPrograms,
                     [](Settings& s) -> Slot { return &s.timesteps; }, "from `steps` and `spacing`"});
    table.push_back({"program", kGroup, Text{.form = "FILE.json|three_states", .read = true}, "",
                     "Compiled program from 'scorefield program `json`', or the built-in three_states chain (replaces "
                     "`sampler`, `steps` and `spacing`)",
                     kPrograms, [](Settings& s) -> Slot { return &s.program; }, "compiled from `sampler`"});
    table.push_back({"scheduler", kGroup, Text{.form = "FILE.json", .read = true}, "",
                     "scheduler_config.json of a diffusers model; defines process, prediction, spacing and sampler",
                     static_cast<std::uint32_t>(Command::program), [](Settings& s) -> Slot { return &s.scheduler; },
                     "none"});
    table.push_back({"scheduler.mu", kGroup, RealRange{-kMaxMu, kMaxMu}, "",
                     "mu for use_dynamic_shifting. The timestep shift is exp(mu), or mu if time_shift_type is linear",
                     static_cast<std::uint32_t>(Command::program), [](Settings& s) -> Slot { return &s.scheduler_mu; },
                     "none"});
}

void add_branch(Table& table) {
    constexpr std::string_view kGroup = "Sampler";
    table.push_back(
        {"branch", kGroup, IntegerRange{0, kMostSteps}, "",
         "Branch: the pane begins with this state of pane 1 and goes on with its own sampler, steps, spacing, "
         "noise and seed, through the timesteps below that of the state. The noise differs from that of "
         "pane 1 even with the same seed, unless both have `noise` path",
         kFrames, [](Settings& s) -> Slot { return &s.branch; }, "none"});
    table.push_back({"branch.pane", kGroup, IntegerRange{1, kMostPanes}, "",
                     "Pane that `branch` counts the states of, if not pane 1", kFrames,
                     [](Settings& s) -> Slot { return &s.branch_pane; }});
}

void add_particles(Table& table) {
    constexpr std::string_view kGroup = "Particles";
    table.push_back({"particles", kGroup, IntegerRange{1, sample::kMaxParticles, 1'000'000}, "particles",
                     "Number of samples", kRuns | kStudy | kData, [](Settings& s) -> Slot { return &s.particles; },
                     "10000"});
    table.push_back({"seed", kGroup, IntegerRange{0, std::numeric_limits<std::uint64_t>::max()}, "",
                     "Random seed: the same seed gives the same result",
                     kRuns | kStudy | Command::train | Command::score | kData,
                     [](Settings& s) -> Slot { return &s.seed; }});
    table.push_back({"chunk", kGroup, IntegerRange{1, sample::kMaxParticles, 1'000'000}, "particles",
                     "Particles per batch; affects only memory and speed", kRuns,
                     [](Settings& s) -> Slot { return &s.chunk; }, "chosen for the device"});
    table.push_back({"shard", kGroup, Text{"I/N"}, "", "Compute only part I of N of the particles", kSample,
                     [](Settings& s) -> Slot { return &s.shard; }});
    table.push_back(
        {"init", kGroup, Text{.form = "matched|prior|exact|FILE.npy", .read = true}, "",
         "Initial distribution: 'matched' = Gaussian with the mean and variance of the data at the first noise level "
         "(prior if unknown); 'prior' = prior of the process; 'exact' = exact marginal (needs `target`); or a file of "
         "states (particles, dim). With `program`, the default is the distribution stored in the program",
         kRuns, [](Settings& s) -> Slot { return &s.init; }});
    table.push_back({"noise", kGroup, choices(kNoises), "",
                     "Noise of stochastic samplers: 'independent' = other draws in each step; 'path' = one Brownian "
                     "path that does not depend on `steps`, to compare runs of different lengths (slower)",
                     kRuns, [](Settings& s) -> Slot { return &s.noise; }});
    table.push_back({"units", kGroup, choices(kUnits), "",
                     "Units of `out`, `init`, `trajectory` and `known`: data units, or 'standardised' (x - mean)/std, "
                     "the units of the network",
                     kCompute, [](Settings& s) -> Slot { return &s.units; }});
    table.push_back({"trajectory", kGroup, Text{.form = "FILE.npy", .written = true}, "",
                     "Also write all states, from the initial to the final one, (steps+1, particles, dim)", kSample,
                     [](Settings& s) -> Slot { return &s.trajectory; }, "none"});
    table.push_back({"known", kGroup, Text{.form = "FILE.npy", .read = true}, "",
                     "Known values for inpainting (repaint): (particles, dim), or (1, dim) for all", kSample,
                     [](Settings& s) -> Slot { return &s.known; }, "none"});
    table.push_back({"mask", kGroup, Text{.form = "FILE.npy", .read = true}, "",
                     "Inpainting mask (repaint): 1 keeps the known value, 0 samples it, fractions blend; (particles, "
                     "dim), or (1, dim) for all",
                     kSample, [](Settings& s) -> Slot { return &s.mask; }, "none"});
    table.push_back({"stats", kGroup, Flag{}, "",
                     "Write moments and histograms as JSON instead of the samples; works for any number of particles",
                     kSample, [](Settings& s) -> Slot { return &s.stats; }});
}

void add_training(Table& table) {
    constexpr std::string_view kGroup = "Training";
    add_objective_settings(table, kTrain);
    table.push_back({"train.conditional", kGroup, Toggle{}, "", "Train a class-conditional network", kTrain,
                     [](Settings& s) -> Slot { return &s.train.conditional; }});
    table.push_back({"train.label_dropout", kGroup, RealRange{0, kMaxLabelDropout}, "",
                     "Label dropout probability; with 0, sampling requires `class`", kTrain,
                     [](Settings& s) -> Slot { return &s.train.label_dropout; }});
    table.push_back({"train.steps", kGroup, IntegerRange{1, train::kMaxSteps}, "steps",
                     "Optimiser steps. With `resume`, a larger number extends the training; the learning-rate schedule "
                     "is then that of the longer training",
                     kTrain | kStudy, [](Settings& s) -> Slot { return &s.train.steps; }});
    table.push_back({"train.batch", kGroup, IntegerRange{1, train::kMaxBatch}, "points", "Batch size", kTrain,
                     [](Settings& s) -> Slot { return &s.train.batch; }});
    table.push_back({"train.learning_rate", kGroup, RealRange{0, train::kMaxLearningRate, true}, "",
                     "Peak learning rate (Adam)", kTrain, [](Settings& s) -> Slot { return &s.train.learning_rate; }});
    table.push_back({"train.final_learning_rate", kGroup, RealRange{0, train::kMaxLearningRate}, "",
                     "Learning rate at the last step", kTrain,
                     [](Settings& s) -> Slot { return &s.train.final_learning_rate; }});
    table.push_back({"train.schedule", kGroup, choices(train::kRateSchedules), "", "Learning-rate schedule", kTrain,
                     [](Settings& s) -> Slot { return &s.train.schedule; }});
    table.push_back({"train.warmup", kGroup, IntegerRange{0, train::kMaxSteps}, "steps",
                     "Warm-up steps; the learning rate rises linearly from 0", kTrain,
                     [](Settings& s) -> Slot { return &s.train.warmup; }});
    table.push_back({"train.weight_decay", kGroup, RealRange{0, train::kMaxWeightDecay, false, 1}, "",
                     "Weight decay (AdamW), multiplied by the learning rate", kTrain,
                     [](Settings& s) -> Slot { return &s.train.weight_decay; }});
    table.push_back({"train.ema", kGroup, RealRange{0, train::kMaxEma}, "",
                     "EMA decay of the weights; 0 = no averaging", kTrain,
                     [](Settings& s) -> Slot { return &s.train.ema; }});
    table.push_back({"train.clip", kGroup, RealRange{0, train::kMaxClip}, "",
                     "Gradient clipping: maximum norm; 0 = off", kTrain,
                     [](Settings& s) -> Slot { return &s.train.clip; }});
    table.push_back({"train.save_every", kGroup, IntegerRange{0, train::kMaxSteps}, "steps",
                     "Steps between checkpoints; 0 = save only at the end or when interrupted", kTrain,
                     [](Settings& s) -> Slot { return &s.train.save_every; }, "once a minute"});
    table.push_back({"train.keep_state", kGroup, Toggle{}, "",
                     "Keep the training state in the final model, for `resume`; off = a quarter of the file size",
                     kTrain, [](Settings& s) -> Slot { return &s.train.keep_state; }});
    table.push_back({"log", kGroup, Text{.form = "FILE.csv", .written = true}, "",
                     "Also write step, loss, learning rate and gradient norm; `resume` continues an existing log",
                     kTrain, [](Settings& s) -> Slot { return &s.train.log; }, "none"});
    table.push_back({"resume", kGroup, Text{.form = "FILE", .read = true, .written = true}, "",
                     "Resume the training of this model with its own settings (bit-exact); `out` defaults to this file",
                     kTrain, [](Settings& s) -> Slot { return &s.resume; }, "none"});
    table.push_back({"network.width", kGroup, IntegerRange{1, nn::kMaxTrainedWidth}, "units",
                     "Width of the hidden layers", kTrain, [](Settings& s) -> Slot { return &s.mlp.width; }});
    table.push_back({"network.depth", kGroup, IntegerRange{0, nn::kMaxTrainedDepth}, "layers",
                     "Number of hidden layers between the first and the last layer", kTrain,
                     [](Settings& s) -> Slot { return &s.mlp.depth; }});
    table.push_back({"network.features", kGroup, IntegerRange{1, nn::kMaxTrainedFeatures}, "",
                     "Number of frequencies in the time embedding", kTrain,
                     [](Settings& s) -> Slot { return &s.mlp.features; }});
    table.push_back(
        {"network.input_gain", kGroup, RealRange{train::kMinInputGain, train::kMaxInputGain, false, 20, true}, "",
         "Gain of the initial input weights. Values above 1, e.g. 5, help to learn fine detail such as thin "
         "lines",
         kTrain, [](Settings& s) -> Slot { return &s.train.input_gain; }});
}

void add_picture(Table& table) {
    constexpr std::string_view kGroup = "Picture";
    table.push_back({"width", kGroup, IntegerRange{16, 7680}, "pixels", "Frame width", kFrames,
                     [](Settings& s) -> Slot { return &s.width; }});
    table.push_back({"height", kGroup, IntegerRange{16, 4320}, "pixels", "Frame height", kFrames,
                     [](Settings& s) -> Slot { return &s.height; }});
    table.push_back({"fps", kGroup, IntegerRange{1, 240}, "frames/s", "Frames per second of the video", kRender,
                     [](Settings& s) -> Slot { return &s.fps; }});
    table.push_back({"steps-per-second", kGroup, RealRange{0, 1000, false, 120}, "steps/s",
                     "Playback speed; 0 pauses (viewer only)", kFrames,
                     [](Settings& s) -> Slot { return &s.steps_per_second; }});
    table.push_back({"hold", kGroup, RealRange{0, 60, false, 5}, "s",
                     "Time that the first and the last state are shown", kFrames,
                     [](Settings& s) -> Slot { return &s.hold; }});
    table.push_back({"loop", kGroup, Toggle{}, "", "Restart after the last step", kView,
                     [](Settings& s) -> Slot { return &s.loop; }});
    table.push_back({"forward", kGroup, Toggle{}, "",
                     "Play the forward process (data to noise) before each run. Contact sheets leave it out", kFrames,
                     [](Settings& s) -> Slot { return &s.forward; }});
    table.push_back({"look.show", kGroup, choices(render::kShowNames), "",
                     "Show the particles, or of each particle the x0 that the denoiser predicts from it. The forward "
                     "process and the last state show particles",
                     kFrames, [](Settings& s) -> Slot { return &s.show; }});
    table.push_back({"look.colour", kGroup, choices(render::kColourModeNames), "",
                     "Colour by particle density, or by the origin of each particle", kFrames,
                     [](Settings& s) -> Slot { return &s.look.mode; }});
    table.push_back({"look.map", kGroup, choices(render::kColourMapNames), "", "Colour map of the density", kFrames,
                     [](Settings& s) -> Slot { return &s.look.map; }});
    table.push_back({"look.background", kGroup, choices(render::kBackgroundNames), "",
                     "Background of the picture. transparent: PNG files have an alpha channel; the window shows it "
                     "over black, and videos refuse it",
                     kFrames, [](Settings& s) -> Slot { return &s.look.background; }});
    table.push_back({"look.exposure", kGroup, RealRange{-10, 10}, "stops", "Exposure: +1 doubles the brightness",
                     kFrames, [](Settings& s) -> Slot { return &s.look.exposure; }});
    table.push_back({"look.dot", kGroup, IntegerRange{0, 3, 3}, "pixels",
                     "Particle radius; 0 = automatic, from particle count and frame size", kFrames,
                     [](Settings& s) -> Slot { return &s.look.dot_radius; }});
    table.push_back({"look.overlay", kGroup, Toggle{}, "", "Show the data under the particles", kFrames,
                     [](Settings& s) -> Slot { return &s.look.overlay; }});
    table.push_back({"look.overlay_strength", kGroup, RealRange{0, 1}, "", "Brightness of the data overlay", kFrames,
                     [](Settings& s) -> Slot { return &s.look.overlay_strength; }});
    table.push_back(
        {"look.field", kGroup, choices(render::kFieldKindNames), "",
         "Vector field under the particles: the score; the probability flow or the drift of the reverse SDE, "
         "per unit of log(alpha/sigma); or the error of the network's score. In two dimensions; in one, as "
         "arrows only",
         kFrames, [](Settings& s) -> Slot { return &s.guides.field; }});
    table.push_back({"look.field_style", kGroup, choices(render::kFieldStyleNames), "", "How the field is drawn",
                     kFrames, [](Settings& s) -> Slot { return &s.guides.style; }});
    table.push_back({"look.contours", kGroup, Toggle{}, "",
                     "Contours of the density that the particles should have: that of the exact target, or of the data "
                     "under noise. In two dimensions",
                     kFrames, [](Settings& s) -> Slot { return &s.guides.contours; }});
    table.push_back({"look.trails", kGroup, IntegerRange{0, render::kMostTrails, 200}, "particles",
                     "Number of particles whose path is drawn: the last steps; in one dimension, all steps so far",
                     kFrames, [](Settings& s) -> Slot { return &s.guides.trails; }});
    table.push_back({"look.trail_steps", kGroup, IntegerRange{1, 1000, 100}, "steps", "Number of steps in a trail",
                     kFrames, [](Settings& s) -> Slot { return &s.guides.trail_steps; }});
    table.push_back({"look.follow", kGroup, IntegerRange{0, render::kMostTrails - 1}, "",
                     "Draw the whole path of the particle with this number, with a mark at every state", kFrames,
                     [](Settings& s) -> Slot { return &s.guides.follow; }, "none"});
    table.push_back({"look.axes", kGroup, Toggle{}, "", "Show axes and scale", kFrames,
                     [](Settings& s) -> Slot { return &s.look.axes; }});
    add_space_settings(table);
    table.push_back({"captions", kGroup, Toggle{}, "", "Show sampler, step and time in a corner", kFrames,
                     [](Settings& s) -> Slot { return &s.captions; }});
    table.push_back(
        {"look.metrics", kGroup, Toggle{}, "",
         "Show in the caption the evaluations so far, and how the first 4096 particles compare with data under "
         "the same noise: k-NN two-sample statistic (0.5 = same distribution), sliced W2 (and that of data "
         "against data), and shares of the modes of a mixture",
         kFrames, [](Settings& s) -> Slot { return &s.metrics; }});
}

/// Panes 2 … 4: the first one shows the settings themselves.
void add_panes(Table& table) {
    constexpr std::string_view kGroup = "Panes";
    constexpr std::string_view kHelp =
        "Another pane beside the picture, on the same clock, camera and seed: the flags that differ there, e.g. "
        "'`sampler` ddpm `steps` 1000', or 'same'. Flags of the groups model, sampler and particles";
    const Text form = {.form = "FLAGS"};
    table.push_back(
        {"pane.2", kGroup, form, "", kHelp, kFrames, [](Settings& s) -> Slot { return &s.panes[0]; }, "none"});
    table.push_back({"pane.3", kGroup, form, "", "The same for a third pane", kFrames,
                     [](Settings& s) -> Slot { return &s.panes[1]; }, "none"});
    table.push_back({"pane.4", kGroup, form, "", "The same for a fourth pane", kFrames,
                     [](Settings& s) -> Slot { return &s.panes[2]; }, "none"});
}

void add_run(Table& table) {
    constexpr std::string_view kGroup = "Run";
    table.push_back({"scene", kGroup, Text{.form = "FILE.json|FILE.png", .read = true}, "",
                     "Scene file: a JSON object of settings and their values, or a PNG that Scorefield has written. "
                     "Flags take precedence",
                     kPrograms, [](Settings& s) -> Slot { return &s.scene; }, "none"});
    table.push_back(
        {"out", kGroup, Text{.form = "PATH", .written = true}, "", "Output file or folder",
         kRender | Command::sample | Command::train | Command::program | Command::schedule | kStudy | kData | kSweep,
         [](Settings& s) -> Slot { return &s.out; }, "", kRender | Command::sample | Command::train | kData});
    table.push_back({"frame-log", kGroup, Text{.form = "FILE.csv", .written = true}, "",
                     "Write the times of every frame, in ms: whole, rest before it, CPU, and GPU by pass", kFrames,
                     [](Settings& s) -> Slot { return &s.frame_log; }, "none"});
    table.push_back(
        {"trace", kGroup, Text{.form = "FILE.json", .written = true}, "",
         "Write a timeline of CPU and GPU work for Perfetto or chrome://tracing. It is also written after Ctrl-C",
         kCompute | Command::train, [](Settings& s) -> Slot { return &s.trace; }, "none"});
    table.push_back({"trace.frames", kGroup, IntegerRange{1, kMostTraceFrames}, "",
                     "Number of most recent frames to keep. For sample, a batch of GPU or CPU work counts as a frame; "
                     "for train, a group of steps",
                     kCompute | Command::train, [](Settings& s) -> Slot { return &s.trace_frames; }});
    table.push_back({"device", kGroup, Text{"auto|host|N|NAME"}, "", "Vulkan device: auto, index, or part of the name",
                     kRuns | kStudy | Command::train | Command::bench | Command::devices,
                     [](Settings& s) -> Slot { return &s.device; }, "auto"});
    table.push_back({"validation", kGroup, Choices{{"off", "on", "sync", "gpu"}}, "",
                     "Vulkan validation layer; any report makes the exit status 1",
                     kRuns | kStudy | Command::train | Command::bench,
                     [](Settings& s) -> Slot { return &s.validation; }, default_validation()});
    table.push_back({"compare", kGroup, Text{.form = "OLD.json", .read = true}, "",
                     "Report of an earlier 'scorefield bench `json`' on this machine: say which cases became slower or "
                     "faster. Slower: the shortest time now exceeds the longest one then, and the median is more than "
                     "1.1 times as long; faster: the other way round. The exit status is 0 also if cases are slower",
                     kBench, [](Settings& s) -> Slot { return &s.compare; }, "none"});
    table.push_back({"cases", kGroup, Text{"PART,PART"}, "",
                     "Measure only cases whose names contain one of these, and the ceilings", kBench,
                     [](Settings& s) -> Slot { return &s.cases; }, "all"});
    table.push_back({"rounds", kGroup, IntegerRange{1, 1000}, "",
                     "How often each case is measured, all of them in turn", kBench,
                     [](Settings& s) -> Slot { return &s.rounds; }});
    table.push_back({"json", kGroup, Flag{}, "", "Print one JSON object to standard output, and nothing else",
                     kRender | Command::sample | Command::train | Command::program | Command::schedule |
                         Command::score | Command::bench | Command::devices | kStudy | kData | kSweep,
                     [](Settings& s) -> Slot { return &s.json; }});
    table.push_back({"quiet", kGroup, Flag{}, "", "No progress bars and no notes",
                     kRender | Command::sample | Command::train | Command::program | Command::schedule |
                         Command::score | Command::bench | kStudy | kData | kSweep,
                     [](Settings& s) -> Slot { return &s.quiet; }});
}

/// Marks what the first screen of help leaves to the help of its group.
void mark_details(Table& table) {
    constexpr auto kDetails = std::to_array<std::string_view>({"class",
                                                               "captions",
                                                               "dim",
                                                               "timesteps",
                                                               "program",
                                                               "chunk",
                                                               "hold",
                                                               "frame-log",
                                                               "trace",
                                                               "trace.frames",
                                                               "validation",
                                                               "train.final_learning_rate",
                                                               "train.warmup",
                                                               "train.weight_decay",
                                                               "train.clip",
                                                               "train.keep_state",
                                                               "pane.2",
                                                               "pane.3",
                                                               "pane.4",
                                                               "look.metrics",
                                                               "ui.theme",
                                                               "ui.text_size",
                                                               "ui.remember",
                                                               "branch",
                                                               "branch.pane",
                                                               "look.background",
                                                               "ui.screenshot",
                                                               "ui.screenshot_scale",
                                                               "ui.particles_format",
                                                               "ui.budget",
                                                               "look.show"});
    for (Setting& setting : table) {
        if (std::ranges::find(kDetails, setting.name) != kDetails.end()) setting.is_detail = true;
    }
}

}  // namespace

const std::vector<Setting>& setting_table() {
    static const Table table = [] {
        Table all;
        add_model(all);
        add_sweep_settings(all);
        add_sampler(all);
        add_branch(all);
        add_particles(all);
        add_training(all);
        add_live_settings(all);
        add_picture(all);
        add_panes(all);
        add_window_settings(all);
        add_run(all);
        mark_details(all);
        return all;
    }();
    return table;
}

}  // namespace scorefield::settings
