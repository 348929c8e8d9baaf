#include "settings/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "diffusion/prediction_hint.hpp"
#include "sample/start.hpp"

namespace scorefield::settings {
namespace {

constexpr std::array<CommandInfo, 12> kCommands = {{
    {Command::view, "view", "Open the viewer (a window)"},
    {Command::render, "render", "Render without a window: PNG frames, a contact sheet or a video"},
    {Command::sample, "sample", "Run a sampler and write the samples"},
    {Command::train, "train", "Train a score network"},
    {Command::program, "program", "Print the compiled program of a sampler; needs no Vulkan device"},
    {Command::schedule, "schedule",
     "Print the noise levels of a process and a sampler, or write them as CSV or as a figure"},
    {Command::score, "score", "Compare a sample file with another one, a data set or an exact target"},
    {Command::sweep, "sweep",
     "Compare samplers, numbers of steps and spacings by the distance of their samples from data"},
    {Command::data, "data", "Draw new points from a data set or an exact target"},
    {Command::study, "study",
     "Compare predicted and measured results: orders of accuracy, closed forms, sample quality"},
    {Command::bench, "bench", "Benchmark this machine"},
    {Command::devices, "devices", "List the Vulkan devices and which one would be used, and why"},
}};

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::string flag_of(const Setting& setting) {
    return "`" + std::string(setting.name) + "`";
}

/// The cure of a bad value.
std::string give(const Setting& setting) {
    return "give " + values_text(setting);
}

base::Error not_a(const std::string& kind, const Setting& setting, const std::string& text) {
    return base::request_error("bad value '" + base::shown(text) + "'", flag_of(setting), "not " + kind, give(setting));
}

base::Error out_of_range(const Setting& setting, const std::string& text, const std::string& why) {
    return base::request_error("value out of range", flag_of(setting), base::shown(text) + " " + why, give(setting));
}

std::uint64_t parse_integer(const Setting& setting, const IntegerRange& range, const std::string& text) {
    const bool negative = text.starts_with('-');
    const std::string digits = negative ? text.substr(1) : text;
    const bool whole =
        !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!whole) throw not_a("a whole number", setting, text);
    std::uint64_t value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool overflow = result.ec == std::errc::result_out_of_range;
    if (negative && (overflow || value != 0)) {
        throw out_of_range(setting, text, fmt::format("is below {}", range.low));
    }
    if (overflow || value > range.high) throw out_of_range(setting, text, fmt::format("is above {}", range.high));
    if (value < range.low) throw out_of_range(setting, text, fmt::format("is below {}", range.low));
    return value;
}

double parse_real(const Setting& setting, const RealRange& range, const std::string& text) {
    double value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec == std::errc::result_out_of_range) throw out_of_range(setting, text, "does not fit a double");
    if (result.ec != std::errc() || result.ptr != text.data() + text.size() || !std::isfinite(value)) {
        throw not_a("a number", setting, text);
    }
    if (range.open_low && value <= range.low) {
        throw out_of_range(setting, text, fmt::format("is not above {}", range.low));
    }
    if (value < range.low) throw out_of_range(setting, text, fmt::format("is below {}", range.low));
    if (value > range.high) throw out_of_range(setting, text, fmt::format("is above {}", range.high));
    return value;
}

/// Which of the names `text` is.
std::size_t parse_choice(const Setting& setting, const std::vector<std::string_view>& names, const std::string& text) {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    const bool prediction = setting.name == "prediction";  // has other names outside
    throw base::request_error(fmt::format("unknown {} '{}'", setting.name, base::shown(text)), flag_of(setting),
                              "no such name",
                              prediction ? diffusion::prediction_hint(text) : base::name_hint(text, names));
}

Shard parse_shard(const Setting& setting, const std::string& text) {
    Shard shard;
    const char* const end = text.data() + text.size();
    const auto index = std::from_chars(text.data(), end, shard.index);
    const bool slash = index.ec == std::errc() && index.ptr != end && *index.ptr == '/';
    const auto count = slash ? std::from_chars(index.ptr + 1, end, shard.count) : index;
    if (!slash || count.ec != std::errc() || count.ptr != end) {
        throw base::request_error("bad value '" + base::shown(text) + "'", flag_of(setting), "not of the form I/N",
                                  "give e.g. 1/4 for the first of four parts");
    }
    if (shard.index < 1 || shard.index > shard.count) {
        throw base::request_error("value out of range", flag_of(setting), base::shown(text) + " is not a valid part",
                                  "give I/N with 1 ≤ I ≤ N");
    }
    return shard;
}

void store_integer(const Slot& slot, std::uint64_t value) {
    std::visit(Overloaded{[&](int* out) { *out = static_cast<int>(value); },
                          [&](std::uint32_t* out) { *out = static_cast<std::uint32_t>(value); },
                          [&](std::uint64_t* out) { *out = value; },
                          [&](std::optional<int>* out) { *out = static_cast<int>(value); },
                          [](auto*) { throw std::logic_error("the slot holds no whole number"); }},
               slot);
}

void store_real(const Slot& slot, double value) {
    std::visit(Overloaded{[&](double* out) { *out = value; }, [&](std::optional<double>* out) { *out = value; },
                          [](auto*) { throw std::logic_error("the slot holds no number"); }},
               slot);
}

void store_toggle(const Slot& slot, bool value) {
    std::visit(Overloaded{[&](bool* out) { *out = value; }, [&](std::optional<bool>* out) { *out = value; },
                          [](auto*) { throw std::logic_error("the slot holds no toggle"); }},
               slot);
}

void store_choice(const Slot& slot, std::size_t index, const std::string& text) {
    std::visit(
        Overloaded{[&](std::string* out) { *out = text; }, [&](std::optional<std::string>* out) { *out = text; },
                   [&](std::optional<diffusion::Prediction>* out) { *out = static_cast<diffusion::Prediction>(index); },
                   [&]<class Value>(Value* out) {
                       if constexpr (std::is_enum_v<Value>) {
                           *out = static_cast<Value>(index);
                       } else {
                           throw std::logic_error("the slot holds no choice");
                       }
                   }},
        slot);
}

void store_text(const Setting& setting, const Slot& slot, const std::string& text) {
    if (text.empty()) throw base::request_error("empty value", flag_of(setting), "the value is empty", give(setting));
    std::visit(Overloaded{[&](std::string* out) { *out = text; }, [&](std::filesystem::path* out) { *out = text; },
                          [&](Shard* out) { *out = parse_shard(setting, text); },
                          [](auto*) { throw std::logic_error("the slot holds no text"); }},
               slot);
}

/// Where the value is. `slot` only forms the address, and the caller only reads.
Slot slot_to_read(const Settings& settings, const Setting& setting) {
    return setting.slot(const_cast<Settings&>(settings));
}

void copy_if(const Settings& from, Settings& to, bool (*wanted)(const Setting&)) {
    for (const Setting& setting : setting_table()) {
        if (wanted(setting)) copy_value(from, to, setting);
    }
}

const Settings& default_settings() {
    static const Settings settings;
    return settings;
}

/// Whether the default does not depend on the other settings: a file of start states has its own number of particles,
/// an objective or a prediction its own process, and a training takes a device that is asked for.
bool has_fixed_default(const Settings& settings, std::string_view name) {
    const bool trains = settings.command == Command::train;
    if (name == "particles") {
        return settings.init.empty() || std::ranges::find(sample::kStarts, settings.init) != sample::kStarts.end();
    }
    if (name == "process") return !trains && settings.train.objective.name.empty();
    if (name == "device" || name == "validation") return !trains;
    return true;
}

std::string range_text(const IntegerRange& range) {
    if (range.high == std::numeric_limits<std::uint64_t>::max()) return fmt::format("{} … 2^64-1", range.low);
    return fmt::format("{} … {}", range.low, range.high);
}

}  // namespace

std::string_view default_validation() {
    return SCOREFIELD_VALIDATION;
}

std::span<const CommandInfo> commands() {
    return kCommands;
}

const CommandInfo& command_info(Command command) {
    return *std::find_if(kCommands.begin(), kCommands.end(),
                         [&](const CommandInfo& info) { return info.command == command; });
}

const Setting* find_setting(std::string_view name) {
    const std::vector<Setting>& table = setting_table();
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Setting& setting) { return setting.name == name; });
    return found == table.end() ? nullptr : &*found;
}

void assign(Settings& settings, const Setting& setting, const std::string& text) {
    const Slot slot = setting.slot(settings);
    std::visit(Overloaded{[&](const Flag&) { *std::get<bool*>(slot) = true; },
                          [&](const Toggle&) {
                              store_toggle(slot, parse_choice(setting, {"on", "off"}, text) == 0);
                          },
                          [&](const IntegerRange& range) { store_integer(slot, parse_integer(setting, range, text)); },
                          [&](const RealRange& range) { store_real(slot, parse_real(setting, range, text)); },
                          [&](const Choices& choices) {
                              store_choice(slot, parse_choice(setting, choices.names, text), text);
                          },
                          [&](const Text&) { store_text(setting, slot, text); }},
               setting.values);
}

std::string value_text(const Settings& settings, const Setting& setting) {
    return value_text(setting, slot_to_read(settings, setting));
}

std::string value_text(const Setting& setting, const Slot& slot) {
    const auto number = [](const auto& value) { return fmt::format("{}", value); };
    const auto name = [&](auto value) {
        return std::string(std::get<Choices>(setting.values).names[static_cast<std::size_t>(value)]);
    };
    const auto perhaps = [&](const auto& value) { return value ? number(*value) : std::string(); };
    return std::visit(
        Overloaded{[](bool* value) -> std::string { return *value ? "on" : "off"; },
                   [](std::string* value) { return *value; },
                   [](Shard* value) { return fmt::format("{}/{}", value->index, value->count); },
                   [&](std::optional<int>* value) { return perhaps(*value); },
                   [&](std::optional<double>* value) { return perhaps(*value); },
                   [](std::optional<std::string>* value) { return value->value_or(""); },
                   [](std::optional<bool>* value) -> std::string { return !*value   ? ""
                                                                          : **value ? "on"
                                                                                    : "off"; },
                   [&](std::optional<diffusion::Prediction>* value) { return *value ? name(**value) : std::string(); },
                   [](std::filesystem::path* value) { return value->string(); },
                   [&]<class Value>(Value* value) {
                       if constexpr (std::is_enum_v<Value>) {
                           return name(*value);
                       } else {
                           return number(*value);
                       }
                   }},
        slot);
}

bool same_value(const Settings& a, const Settings& b, const Setting& setting) {
    const Slot other = slot_to_read(b, setting);
    return std::visit([&]<class Value>(Value* value) { return *value == *std::get<Value*>(other); },
                      slot_to_read(a, setting));
}

void reset(Settings& settings, const Setting& setting) {
    copy_value(default_settings(), settings, setting);
    const IntegerRange* const range = std::get_if<IntegerRange>(&setting.values);
    const bool is_absent = range != nullptr && range->low > 0 && value_text(settings, setting) == "0";
    const bool has_number = setting.unset.find_first_not_of("0123456789") == std::string_view::npos;
    // A control cannot show the zero that stands for an absent number.
    if (is_absent && has_number && !setting.unset.empty()) assign(settings, setting, std::string(setting.unset));
}

std::string default_text(const Setting& setting) {
    if (setting.is_flag()) return "";
    return setting.unset.empty() ? value_text(default_settings(), setting) : std::string(setting.unset);
}

bool is_replaced_by_program(std::string_view name) {
    constexpr std::array<std::string_view, 6> kFamilies = {"sampler", "steps",     "spacing",
                                                           "noise",   "timesteps", "scheduler"};
    return name == "process.rho" || std::ranges::find(kFamilies, name.substr(0, name.find('.'))) != kFamilies.end();
}

bool is_replaced_by_timesteps(std::string_view name) {
    if (name == "spacing.final") return false;
    return name == "steps" || name == "process.rho" || name.substr(0, name.find('.')) == "spacing";
}

void copy_value(const Settings& from, Settings& to, const Setting& setting) {
    const Slot source = slot_to_read(from, setting);
    std::visit([&]<class Value>(Value* value) { *value = *std::get<Value*>(source); }, setting.slot(to));
}

void copy_run(const Settings& from, Settings& to) {
    copy_if(from, to,
            [](const Setting& setting) { return setting.group == "Sampler" || setting.group == "Particles"; });
}

void copy_score(const Settings& from, Settings& to) {
    copy_if(from, to, [](const Setting& setting) {
        return (setting.group == "Model" && setting.name != "data.scaling") || setting.name == "device";
    });
}

void copy_training_options(const Settings& from, Settings& to) {
    copy_if(from, to, [](const Setting& setting) {
        const bool is_option = setting.name.starts_with("train.") || setting.name.starts_with("network.");
        return is_option && setting.taken_by(Command::train);
    });
}

bool differs_from_default(const Settings& settings, const Setting& setting) {
    if (same_value(settings, default_settings(), setting)) return false;
    const std::string value = value_text(settings, setting);
    // The help says "none" for an output; a file may have that name.
    return setting.is_written() || !has_fixed_default(settings, setting.name) || value != setting.unset;
}

bool asks_for_host(const Settings& settings) {
    return settings.device == "host";
}

std::string_view help_for(const Setting& setting, Command command) {
    const bool takes_host = command == Command::sample || command == Command::study || command == Command::bench ||
                            command == Command::sweep;
    if (setting.name == "device" && takes_host) {
        return "Device: auto (a GPU, else the CPU), host (the CPU), or a Vulkan device by index or part of its name";
    }
    if (setting.name == "device" && (command == Command::view || command == Command::render)) {
        return "Device that computes: auto (the one that draws), host (the CPU), or a Vulkan device";
    }
    if (setting.name == "device" && command == Command::train) {
        return "Device: auto (a GPU, else the CPU), host (the CPU), or a Vulkan device by index or part of its name. "
               "With `resume`, the default is the device of the earlier run";
    }
    if (setting.name != "out") return setting.help;
    switch (command) {
        case Command::sample:
            return "Output: FILE.npy, or FILE.json with `stats`";
        case Command::train:
            return "Output: FILE.safetensors";
        case Command::program:
            return "Output: FILE.json";
        case Command::schedule:
            return "Output: FILE.csv with a row per state, or the figure as FILE.png or FILE.svg";
        case Command::data:
            return "Output: FILE.npy, FILE.ply or FILE.csv";
        case Command::render:
            return "Output: a folder (replaces the frames of an earlier run) or X_%04d.png for frames, X.png for a "
                   "contact sheet, X.mp4, X.webm or X.gif for a video";
        case Command::sweep:
            return "Output: FILE.csv with a row per run, or the figure as FILE.png or FILE.svg";
        case Command::study:
            return "Output: FILE.png or FILE.svg (gaussian, inversion, laws, objectives, orders, scaling, seed); seed "
                   "also "
                   "writes its model, FILE.safetensors";
        default:
            return setting.help;
    }
}

std::string values_text(const Setting& setting) {
    const std::string unit = setting.unit.empty() ? "" : " " + std::string(setting.unit);
    return std::visit(Overloaded{[](const Flag&) -> std::string { return ""; },
                                 [](const Toggle&) -> std::string { return "on, off"; },
                                 [&](const IntegerRange& range) { return range_text(range) + unit; },
                                 [&](const RealRange& range) {
                                     const std::string low = range.open_low ? fmt::format("> {}, at most", range.low)
                                                                            : fmt::format("{} …", range.low);
                                     return fmt::format("{} {}{}", low, range.high, unit);
                                 },
                                 [](const Choices& choices) { return base::join(choices.names); },
                                 [](const Text& text) { return std::string(text.form); }},
                      setting.values);
}

std::string commands_text(const Setting& setting) {
    std::vector<std::string_view> names;
    for (const CommandInfo& info : kCommands) {
        if (setting.taken_by(info.command)) names.push_back(info.name);
    }
    return base::join(names);
}

}  // namespace scorefield::settings
