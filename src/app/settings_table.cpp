#include <limits>

#include "app/live_settings.hpp"
#include "app/process_settings.hpp"
#include "app/sampler_settings.hpp"
#include "app/settings.hpp"
#include "app/training_settings.hpp"
#include "base/names.hpp"
#include "data/datasets.hpp"
#include "diffusion/targets.hpp"

namespace scorefield::app {
namespace {

constexpr std::uint32_t kFrames = Command::view | Command::render;
constexpr std::uint32_t kCompute = kFrames | Command::sample;
/// One list of settings serves all four, also those of which a program does not depend.
constexpr std::uint32_t kPrograms = kCompute | Command::program;
constexpr std::uint32_t kBench = static_cast<std::uint32_t>(Command::bench);
constexpr std::uint32_t kTrain = static_cast<std::uint32_t>(Command::train);
constexpr std::uint32_t kData = static_cast<std::uint32_t>(Command::data);
constexpr std::uint32_t kStudy = static_cast<std::uint32_t>(Command::study);
constexpr std::uint32_t kSample = static_cast<std::uint32_t>(Command::sample);
constexpr std::uint32_t kView = static_cast<std::uint32_t>(Command::view);
constexpr std::uint32_t kRender = static_cast<std::uint32_t>(Command::render);

constexpr int kMaxClass = 65'535;
constexpr double kMaxMu = diffusion::kMaxProcessScale;
/// With 1 no class would be learned.
constexpr double kMaxLabelDropout = 0.99;

template <std::size_t N>
Choices choices(const std::array<std::string_view, N>& names) {
    return {{names.begin(), names.end()}};
}

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
        return "Data: " + base::join(names) + ", the points of a .npy, .csv or .ply file, or the brightness of a .png";
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
        return "Exact score in the place of a learned one: " + base::join(views);
    }();
    return help;
}

using Table = std::vector<Setting>;

void add_model(Table& table) {
    constexpr std::string_view kGroup = "Model";
    table.push_back({"model", kGroup, Text{.form = "FILE", .read = true}, "", "Learned score network (safetensors)",
                     kPrograms | kBench | kStudy, [](Settings& s) -> Slot { return &s.model; },
                     "the one that comes with Scorefield"});
    table.push_back({"class", kGroup, IntegerRange{0, kMaxClass}, "",
                     "Which class of the data a conditional model answers for (of train --train.conditional)",
                     kPrograms, [](Settings& s) -> Slot { return &s.label; }, "all together"});
    table.push_back({"target", kGroup, Text{"NAME [FILE|DATA]"}, "", target_help(), kPrograms | Command::score | kData,
                     [](Settings& s) -> Slot { return &s.target; }, "the model's score"});
    table.push_back({"target.variance", kGroup, RealRange{1e-12, 1e12, false, 100}, "",
                     "Variance of each coordinate (gaussian)", kPrograms | Command::score | kStudy | kData,
                     [](Settings& s) -> Slot { return &s.target_variance; }});
    table.push_back({"dim", kGroup, IntegerRange{1, 3, 3}, "", "Dimensions of the target gaussian",
                     kPrograms | Command::score | kData, [](Settings& s) -> Slot { return &s.dim; }});
    table.push_back({"data", kGroup, Text{"NAME|FILE.npy|FILE.csv|FILE.ply|FILE.png"}, "", data_help(),
                     kPrograms | Command::train | Command::score | kStudy | kData,
                     [](Settings& s) -> Slot { return &s.data; }, "the model's, where there is one", kTrain});
    table.push_back({"data.scaling", kGroup, choices(data::kScalingModes), "",
                     "Deviations by which data are standardised, of train and --target empirical: common to all "
                     "coordinates, per_coordinate, or auto: per coordinate where one has more than 20 times the "
                     "deviation of another; constant coordinates stay constant",
                     kPrograms | Command::train, [](Settings& s) -> Slot { return &s.data_scaling; }});
    add_process_settings(table, kPrograms | Command::train);
    table.push_back({"prediction", kGroup, choices(diffusion::kPredictions), "",
                     "What the network estimates: the noise, the data, v, the score, the velocity or edm's residual",
                     kPrograms | Command::train, [](Settings& s) -> Slot { return &s.prediction; },
                     "the model's; of an exact target x0, or score with langevin; else epsilon"});
}

void add_sampler(Table& table) {
    constexpr std::string_view kGroup = "Sampler";
    table.push_back({"sampler", kGroup, sampler_names(), "", "How noise becomes data", kPrograms,
                     [](Settings& s) -> Slot { return &s.sampler.name; }});
    add_sampler_parameters(table, kPrograms);
    table.push_back({"steps", kGroup, IntegerRange{1, 1'000'000, 1000}, "steps", "Steps from noise to data", kPrograms,
                     [](Settings& s) -> Slot { return &s.steps; }});
    add_spacing_settings(table, kPrograms);
    table.push_back({"timesteps", kGroup, Text{"LIST"}, "",
                     "The noise levels to visit, decreasing, with commas between them (in place of steps and spacing)",
                     kPrograms, [](Settings& s) -> Slot { return &s.timesteps; }, "by steps and spacing"});
    table.push_back({"program", kGroup, Text{.form = "FILE.json|three_states", .read = true}, "",
                     "A compiled program, as 'scorefield program --json' prints it, or the three-state chain, in the "
                     "place of sampler, steps and spacing",
                     kPrograms, [](Settings& s) -> Slot { return &s.program; }, "by the sampler"});
    table.push_back({"scheduler", kGroup, Text{.form = "FILE.json", .read = true}, "",
                     "A scheduler_config.json of the diffusers library, for process, prediction, spacing and sampler",
                     static_cast<std::uint32_t>(Command::program), [](Settings& s) -> Slot { return &s.scheduler; },
                     "none"});
    table.push_back({"scheduler.mu", kGroup, RealRange{-kMaxMu, kMaxMu}, "",
                     "mu of a scheduler with use_dynamic_shifting: noise levels are shifted by exp(mu), or by mu with "
                     "time_shift_type linear",
                     static_cast<std::uint32_t>(Command::program), [](Settings& s) -> Slot { return &s.scheduler_mu; },
                     "none"});
}

void add_particles(Table& table) {
    constexpr std::string_view kGroup = "Particles";
    table.push_back({"particles", kGroup, IntegerRange{1, kMaxParticles, 1'000'000}, "particles",
                     "How many samples are drawn at once", kPrograms | kStudy | kData,
                     [](Settings& s) -> Slot { return &s.particles; }});
    table.push_back({"seed", kGroup, IntegerRange{0, std::numeric_limits<std::uint64_t>::max()}, "",
                     "Random numbers: the same seed gives the same result",
                     kPrograms | kStudy | Command::train | Command::score | kData,
                     [](Settings& s) -> Slot { return &s.seed; }});
    table.push_back({"chunk", kGroup, IntegerRange{1, kMaxParticles, 1'000'000}, "particles",
                     "Particles per batch: changes nothing but memory and speed", kPrograms,
                     [](Settings& s) -> Slot { return &s.chunk; }, "by the device"});
    table.push_back({"shard", kGroup, Text{"I/N"}, "", "Compute only part I of N of the run's particles", kSample,
                     [](Settings& s) -> Slot { return &s.shard; }});
    table.push_back({"init", kGroup, Text{.form = "matched|prior|exact|FILE.npy", .read = true}, "",
                     "Start: 'matched', the normal distribution with the data's mean and variance at the first noise "
                     "level where they are known; 'prior', that of the process; 'exact', an exact target's own density "
                     "at that level; or the states of a file, (particles, dim). A program has a start of its own",
                     kPrograms, [](Settings& s) -> Slot { return &s.init; },
                     "matched; of an exact target exact, if its data still make more than 1% of the variance there"});
    table.push_back(
        {"units", kGroup, choices(kUnits), "",
         "Units of --out, --init, --trajectory and --known: 'data', or 'standardised', (x - mean)/deviation "
         "of the data, which the network knows",
         kCompute, [](Settings& s) -> Slot { return &s.units; }});
    table.push_back({"trajectory", kGroup, Text{.form = "FILE.npy", .written = true}, "",
                     "Also write every state, (steps+1, particles, dim), the start first", kSample,
                     [](Settings& s) -> Slot { return &s.trajectory; }, "none"});
    table.push_back({"known", kGroup, Text{.form = "FILE.npy", .read = true}, "",
                     "Values that the samples must keep (repaint), (particles, dim) or (1, dim) for all", kSample,
                     [](Settings& s) -> Slot { return &s.known; }, "none"});
    table.push_back(
        {"mask", kGroup, Text{.form = "FILE.npy", .read = true}, "",
         "Where they must (repaint): 1 there, 0 elsewhere, shares in between mix; (particles, dim) or (1, dim) for all",
         kSample, [](Settings& s) -> Slot { return &s.mask; }, "none"});
    table.push_back({"stats", kGroup, Flag{}, "",
                     "Moments and a histogram of the samples, as JSON, instead of the samples: any number of particles",
                     kSample, [](Settings& s) -> Slot { return &s.stats; }});
}

void add_training(Table& table) {
    constexpr std::string_view kGroup = "Training";
    add_objective_settings(table, kTrain);
    table.push_back({"train.conditional", kGroup, Toggle{}, "",
                     "Learn the classes of the data, too: the network is told that of each point", kTrain,
                     [](Settings& s) -> Slot { return &s.train.conditional; }});
    table.push_back({"train.label_dropout", kGroup, RealRange{0, kMaxLabelDropout}, "",
                     "Share of points whose class is hidden, so that the network also knows all of them together; with "
                     "0 samples need --class",
                     kTrain, [](Settings& s) -> Slot { return &s.train.label_dropout; }});
    table.push_back({"train.steps", kGroup, IntegerRange{1, train::kMaxSteps}, "steps",
                     "Optimiser steps; more of them with --resume go beyond the end that was planned, their learning "
                     "rate that of the longer training",
                     kTrain | kStudy, [](Settings& s) -> Slot { return &s.train.steps; }});
    table.push_back({"train.batch", kGroup, IntegerRange{1, train::kMaxBatch}, "points", "Points per step", kTrain,
                     [](Settings& s) -> Slot { return &s.train.batch; }});
    table.push_back({"train.learning_rate", kGroup, RealRange{0, train::kMaxLearningRate, true}, "",
                     "Adam's learning rate at its highest", kTrain,
                     [](Settings& s) -> Slot { return &s.train.learning_rate; }});
    table.push_back({"train.final_learning_rate", kGroup, RealRange{0, train::kMaxLearningRate}, "",
                     "Learning rate of the last step", kTrain,
                     [](Settings& s) -> Slot { return &s.train.final_learning_rate; }});
    table.push_back({"train.schedule", kGroup, choices(train::kRateSchedules), "", "How the learning rate falls",
                     kTrain, [](Settings& s) -> Slot { return &s.train.schedule; }});
    table.push_back({"train.warmup", kGroup, IntegerRange{0, train::kMaxSteps}, "steps",
                     "Steps in which the learning rate rises from zero", kTrain,
                     [](Settings& s) -> Slot { return &s.train.warmup; }});
    table.push_back({"train.weight_decay", kGroup, RealRange{0, train::kMaxWeightDecay, false, 1}, "",
                     "Decay of the weights (AdamW), times the learning rate", kTrain,
                     [](Settings& s) -> Slot { return &s.train.weight_decay; }});
    table.push_back({"train.ema", kGroup, RealRange{0, train::kMaxEma}, "",
                     "Decay of the running average of the weights; 0: the last weights", kTrain,
                     [](Settings& s) -> Slot { return &s.train.ema; }});
    table.push_back({"train.clip", kGroup, RealRange{0, train::kMaxClip}, "", "Largest norm of the gradient; 0: any",
                     kTrain, [](Settings& s) -> Slot { return &s.train.clip; }});
    table.push_back({"train.save_every", kGroup, IntegerRange{0, train::kMaxSteps}, "steps",
                     "Save the model every so many steps; 0: at the end or when interrupted", kTrain,
                     [](Settings& s) -> Slot { return &s.train.save_every; }, "once a minute"});
    table.push_back({"train.keep_state", kGroup, Toggle{}, "",
                     "The last model, too, can be trained on with --resume; off: it is a quarter of the size", kTrain,
                     [](Settings& s) -> Slot { return &s.train.keep_state; }});
    table.push_back({"log", kGroup, Text{.form = "FILE.csv", .written = true}, "",
                     "Also write step, loss, learning rate and norm of the gradient; with --resume to the log that is "
                     "there",
                     kTrain, [](Settings& s) -> Slot { return &s.train.log; }, "none"});
    table.push_back({"resume", kGroup, Text{.form = "FILE", .read = true, .written = true}, "",
                     "Go on with the training of this model as if it had never stopped: its settings hold, and --out "
                     "is this file unless said",
                     kTrain, [](Settings& s) -> Slot { return &s.resume; }, "none"});
    table.push_back({"network.width", kGroup, IntegerRange{1, train::kMaxWidth}, "units",
                     "Width of the network's layers", kTrain, [](Settings& s) -> Slot { return &s.train.width; }});
    table.push_back({"network.depth", kGroup, IntegerRange{0, train::kMaxDepth}, "layers",
                     "Hidden layers between the first and the last", kTrain,
                     [](Settings& s) -> Slot { return &s.train.depth; }});
    table.push_back({"network.features", kGroup, IntegerRange{1, train::kMaxFeatures}, "",
                     "Frequencies that describe the time", kTrain,
                     [](Settings& s) -> Slot { return &s.train.features; }});
}

void add_picture(Table& table) {
    constexpr std::string_view kGroup = "Picture";
    table.push_back({"width", kGroup, IntegerRange{16, 7680}, "pixels", "Width of the frames", kFrames,
                     [](Settings& s) -> Slot { return &s.width; }});
    table.push_back({"height", kGroup, IntegerRange{16, 4320}, "pixels", "Height of the frames", kFrames,
                     [](Settings& s) -> Slot { return &s.height; }});
    table.push_back({"fps", kGroup, IntegerRange{1, 240}, "frames/s", "Frames per second of the film", kRender,
                     [](Settings& s) -> Slot { return &s.fps; }});
    table.push_back({"steps-per-second", kGroup, RealRange{0, 1000, false, 120}, "steps/s",
                     "How fast the sampler plays; in the viewer 0 stops it", kFrames,
                     [](Settings& s) -> Slot { return &s.steps_per_second; }});
    table.push_back({"hold", kGroup, RealRange{0, 60, false, 5}, "s", "How long the first and the last moment stay",
                     kFrames, [](Settings& s) -> Slot { return &s.hold; }});
    table.push_back({"loop", kGroup, Toggle{}, "", "Start again when the data are reached", kView,
                     [](Settings& s) -> Slot { return &s.loop; }});
    table.push_back({"look.colour", kGroup, choices(render::kColourModeNames), "",
                     "What colour tells: how many particles are there, or where they started", kFrames,
                     [](Settings& s) -> Slot { return &s.look.mode; }});
    table.push_back({"look.map", kGroup, choices(render::kColourMapNames), "", "Colour map of densities", kFrames,
                     [](Settings& s) -> Slot { return &s.look.map; }});
    table.push_back({"look.exposure", kGroup, RealRange{-10, 10}, "stops", "Brightness: one more doubles the light",
                     kFrames, [](Settings& s) -> Slot { return &s.look.exposure; }});
    table.push_back({"look.dot", kGroup, IntegerRange{0, 3, 3}, "pixels",
                     "Radius of a particle; 0: by their number and the size of the frame", kFrames,
                     [](Settings& s) -> Slot { return &s.look.dot_radius; }});
    table.push_back({"look.overlay", kGroup, Toggle{}, "", "The data under the particles", kFrames,
                     [](Settings& s) -> Slot { return &s.look.overlay; }});
    table.push_back({"look.overlay_strength", kGroup, RealRange{0, 1}, "", "Brightness of the data", kFrames,
                     [](Settings& s) -> Slot { return &s.look.overlay_strength; }});
    table.push_back({"look.axes", kGroup, Toggle{}, "", "Axes and scale", kFrames,
                     [](Settings& s) -> Slot { return &s.look.axes; }});
    table.push_back({"captions", kGroup, Toggle{}, "", "Sampler, step and time in a corner", kFrames,
                     [](Settings& s) -> Slot { return &s.captions; }});
}

void add_run(Table& table) {
    constexpr std::string_view kGroup = "Run";
    table.push_back({"scene", kGroup, Text{.form = "FILE.json", .read = true}, "",
                     "Settings from a file, {\"name\": value, …}; what is said here wins", kPrograms,
                     [](Settings& s) -> Slot { return &s.scene; }, "none"});
    table.push_back(
        {"out", kGroup, Text{.form = "PATH", .written = true}, "",
         "Where the result goes: samples FILE.npy, a model FILE.safetensors, a program FILE.json, points "
         "FILE.npy, .ply or .csv of data; of render "
         "a folder for frames (those of an earlier film are replaced) or a pattern of their names, X_%04d.png, X.png "
         "for a contact sheet, X.mp4 for a film; of "
         "study a picture X.png, of study seed with its model X.safetensors",
         kRender | Command::sample | Command::train | Command::program | kStudy | kData,
         [](Settings& s) -> Slot { return &s.out; }, "", kRender | Command::sample | Command::train | kData});
    table.push_back({"frame-log", kGroup, Text{.form = "FILE.csv", .written = true}, "",
                     "Write the times of every frame, pass by pass", kFrames,
                     [](Settings& s) -> Slot { return &s.frame_log; }, "none"});
    table.push_back({"device", kGroup, Text{"auto|INDEX|NAME"}, "",
                     "Vulkan device: auto, its number, or a part of its name; of train also host, the processor, which "
                     "auto takes where there is no GPU; with --resume, where nothing is said, what has trained",
                     kPrograms | kStudy | Command::train | Command::bench | Command::devices,
                     [](Settings& s) -> Slot { return &s.device; }});
    table.push_back({"validation", kGroup, Choices{{"off", "on", "sync", "gpu"}}, "",
                     "Checks by the Vulkan validation layer; anything it reports makes the exit status 1",
                     kPrograms | kStudy | Command::train | Command::bench,
                     [](Settings& s) -> Slot { return &s.validation; }});
    table.push_back({"json", kGroup, Flag{}, "", "Print one JSON object on standard output and nothing else",
                     kRender | Command::sample | Command::train | Command::program | Command::score | Command::bench |
                         Command::devices | kStudy | kData,
                     [](Settings& s) -> Slot { return &s.json; }});
    table.push_back({"quiet", kGroup, Flag{}, "", "No progress bars and no notes",
                     kRender | Command::sample | Command::train | Command::program | Command::score | Command::bench |
                         kStudy | kData,
                     [](Settings& s) -> Slot { return &s.quiet; }});
}

}  // namespace

const std::vector<Setting>& setting_table() {
    static const Table table = [] {
        Table all;
        add_model(all);
        add_sampler(all);
        add_particles(all);
        add_training(all);
        add_live_settings(all);
        add_picture(all);
        add_run(all);
        return all;
    }();
    return table;
}

}  // namespace scorefield::app
