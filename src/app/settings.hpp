#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "diffusion/process.hpp"
#include "diffusion/sampler.hpp"

namespace scorefield::app {

/// What the binary can do; the values are bits, so that a setting can say which of them take it.
enum class Command : std::uint32_t {
    view = 1U << 0U,
    render = 1U << 1U,
    sample = 1U << 2U,
    train = 1U << 3U,
    program = 1U << 4U,
    score = 1U << 5U,
    bench = 1U << 6U,
    devices = 1U << 7U,
};

constexpr std::uint32_t operator|(Command a, Command b) {
    return static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b);
}
constexpr std::uint32_t operator|(std::uint32_t a, Command b) {
    return a | static_cast<std::uint32_t>(b);
}

struct CommandInfo {
    Command command;
    std::string_view name;
    std::string_view help;  ///< one line
};

/// Every command, the default first.
std::span<const CommandInfo> commands();
const CommandInfo& command_info(Command command);

/// Part `index` of `count` equal parts of the particles, 1 ≤ index ≤ count.
struct Shard {
    std::uint32_t index = 1;
    std::uint32_t count = 1;

    bool operator==(const Shard&) const = default;
};

/// How the frames look.
struct LookSettings {
    std::string colour = "density";  ///< what the colour tells
    std::string map = "cividis";     ///< colour map
    double exposure = 0;             ///< stops
    double overlay = 0.5;            ///< strength of the data under the particles, 0 … 1
    bool axes = true;
    bool captions = true;
};

/// How the host trainer learns.
struct TrainSettings {
    std::uint32_t steps = 6000;
    std::uint32_t batch = 2048;
    double learning_rate = 1e-3;
    double final_learning_rate = 1e-5;
    std::string schedule = "linear";
    std::uint32_t warmup = 0;
    double ema = 0.999;
    double clip = 0;  ///< 0: no clipping
    std::uint32_t save_every = 0;
    std::string log;
};

struct NetworkSettings {
    std::uint32_t width = 64;
    std::uint32_t depth = 3;
    std::uint32_t features = 32;
};

/// Everything that a request can say, by viewer and command line alike. Plain values; `setting_table` gives each its
/// name, range and help.
struct Settings {
    Command command = Command::view;

    std::string model;  ///< empty: the one that comes with Scorefield
    std::string data;   ///< empty: what the model was trained on
    diffusion::ProcessSettings process;
    std::string prediction = "epsilon";

    diffusion::SamplerSettings sampler;
    int steps = 50;
    std::string spacing = "even";
    std::string timesteps;  ///< empty: `steps` of them, by `spacing`

    std::uint32_t particles = 10'000;
    std::uint64_t seed = 0;
    std::uint32_t chunk = 0;  ///< particles per batch; 0: as many as suit the device
    Shard shard;
    std::string init;
    std::string trajectory;

    TrainSettings train;
    NetworkSettings network;

    std::uint32_t width = 1280;
    std::uint32_t height = 720;
    std::uint32_t fps = 30;
    double steps_per_second = 15;
    double hold = 1;  ///< seconds that the first and the last moment stay
    bool loop = true;
    LookSettings look;

    std::string out;
    std::string frame_log;
    std::string device = "auto";
    std::string validation = "off";
    bool json = false;
    bool quiet = false;

    std::vector<std::string> files;  ///< of `score`: A.npy [B.npy]
    std::set<std::string> given;     ///< names of the settings that were said explicitly

    bool is_given(std::string_view name) const { return given.contains(std::string(name)); }
};

/// Where a setting's value lives.
using Slot = std::variant<bool*, int*, std::uint32_t*, std::uint64_t*, double*, std::string*, std::optional<int>*,
                          std::optional<double>*, Shard*>;

struct IntegerRange {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};
struct RealRange {
    double low = 0;
    double high = 0;
    bool open_low = false;  ///< low itself is out
};
struct Choices {
    std::vector<std::string_view> names;
};
/// Present or not, no value.
struct Flag {};
/// `on` or `off`.
struct Toggle {};
/// Any text but none; `form` names it in help texts, e.g. FILE.npy.
struct Text {
    std::string_view form;
};

/// One setting, declared once: flag, checks, help and controls come from here.
struct Setting {
    std::string_view name;  ///< the flag without its dashes, e.g. sampler.eta
    std::string_view group;
    std::variant<Flag, Toggle, IntegerRange, RealRange, Choices, Text> values;
    std::string_view unit;  ///< empty: a pure number or no number
    std::string_view help;
    std::uint32_t commands;  ///< bits of those that take it
    Slot (*slot)(Settings&);
    std::string_view unset;  ///< what stands for no value, e.g. "the model's"; empty where there always is one

    bool taken_by(Command command) const { return (commands & static_cast<std::uint32_t>(command)) != 0; }
};

/// All settings, in the order in which help texts show them.
const std::vector<Setting>& setting_table();

/// The setting of that name, null where there is none.
const Setting* find_setting(std::string_view name);

/// Reads `text` into the setting's slot. Throws base::Error (request) naming the flag when it is no such value, has
/// trailing characters, or is out of range; with the nearest name where it is an unknown choice.
void assign(Settings& settings, const Setting& setting, const std::string& text);

/// The setting's value as `assign` would read it; empty where nothing is set.
std::string value_text(const Settings& settings, const Setting& setting);

/// `1 … 1000 steps`, `density | origin`, `FILE.npy`: what values are allowed.
std::string values_text(const Setting& setting);

}  // namespace scorefield::app
