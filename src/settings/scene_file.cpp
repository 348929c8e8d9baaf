#include "settings/scene_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "data/files.hpp"
#include "data/json.hpp"
#include "data/png_text.hpp"
#include "diffusion/spacing.hpp"
#include "settings/command_text.hpp"
#include "settings/picture_text.hpp"

namespace scorefield::settings {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kFormHint = "write {\"sampler\": \"ddim\", \"steps\": 20}";

base::Error refusal(const std::string& path, const std::string& key, const std::string& why, const std::string& hint) {
    return base::request_error("invalid scene", key.empty() ? path : path + ": " + base::shown(key), why, hint);
}

const Setting& setting_of(const std::string& path, const std::string& key) {
    const Setting* const setting = find_setting(key);
    // A scene may be another's: it writes nothing, and opens no other scene.
    if (setting != nullptr && (setting->is_written() || key == "scene")) {
        throw refusal(path, key, "a scene cannot set it", "pass `" + key + "` on the command line");
    }
    if (setting != nullptr) return *setting;
    std::vector<std::string_view> names;
    for (const Setting& known : setting_table()) names.push_back(known.name);
    const std::string nearest = base::nearest_path(key, names);
    throw refusal(path, key, "no such setting",
                  (nearest.empty() ? "" : "did you mean '" + nearest + "'? ") +
                      "the names are those of the flags, see 'scorefield `help`'");
}

/// Whether `name` is `family` or one of its parameters.
bool belongs(std::string_view name, std::string_view family) {
    return name == family || (name.starts_with(family) && name[family.size()] == '.');
}

std::string text_of(const json& value, const std::string& path, const std::string& key) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
    if (value.is_number_integer()) return value.dump();
    if (value.is_number()) return fmt::format("{}", value.get<double>());
    throw refusal(path, key, "neither a string nor a number nor true or false", "give one of them");
}

/// What the file says, or the text that a picture carries.
std::string read_scene_text(const std::string& path) {
    if (!base::lower_case(path).ends_with(".png")) return data::read_text(path, "scene", data::kMaxSceneBytes);
    std::optional<std::string> text = data::png_text(path, kSceneKeyword, data::kMaxSceneBytes);
    if (!text) {
        throw refusal(path, "", "the picture carries no settings",
                      "give one that Scorefield has written, or FILE.json");
    }
    return std::move(*text);
}

json parse(const std::string& text, const std::string& path) {
    try {
        return data::parse_json(text);
    } catch (const data::JsonError& error) {
        throw refusal(path, "", error.what(), kFormHint);
    }
}

/// As read_scene takes it.
ordered_json json_of(const Setting& setting, const std::string& text) {
    if (setting.is_flag() || std::holds_alternative<Toggle>(setting.values)) return text == "on";
    const bool number =
        std::holds_alternative<IntegerRange>(setting.values) || std::holds_alternative<RealRange>(setting.values);
    return number ? ordered_json::parse(text) : ordered_json(text);
}

/// Appends `"KEY": VALUE` on a line of its own. JSON holds no text but UTF-8.
void append_member(std::string& text, std::string_view key, const ordered_json& value) {
    try {
        text += fmt::format("{}\n  \"{}\": {}", text.size() > 1 ? "," : "", key, value.dump());
    } catch (const json::exception&) {
        throw base::request_error("cannot save the scene", fmt::format("`{}`", key), "its text is not UTF-8",
                                  "rename the file");
    }
}

std::string scene_of(const Settings& settings, const std::vector<const Setting*>& said) {
    std::string text = "{";
    if (!settings.title.empty()) append_member(text, "title", settings.title);
    if (!settings.about.empty()) append_member(text, "about", settings.about);
    for (const Setting* const setting : said) {
        if (setting->is_written() || is_of_machine(setting->name)) continue;
        append_member(text, setting->name, json_of(*setting, value_text(settings, *setting)));
    }
    return text + "\n}\n";
}

}  // namespace

bool is_displaced(std::string key, const std::set<std::string, std::less<>>& said) {
    if (key == diffusion::spacing_flag("rho")) key = "spacing.rho";
    const auto says = [&](std::string_view family) {
        return std::ranges::any_of(said, [&](const std::string& name) { return belongs(name, family); });
    };
    constexpr std::array<std::string_view, 5> kFamilies = {"sampler", "process", "spacing", "target", "branch"};
    for (const std::string_view family : kFamilies) {
        if (belongs(key, family) && said.contains(family)) return true;
    }
    const auto among = [&](std::initializer_list<std::string_view> names) {
        return std::ranges::any_of(names, [&](std::string_view name) { return belongs(key, name); });
    };
    if (key == "program") {
        return says("sampler") || says("steps") || says("spacing") || says("timesteps") || says("noise");
    }
    if (among({"sampler", "steps", "spacing", "timesteps", "noise"}) && says("program")) return true;
    if (among({"steps", "spacing"}) && says("timesteps")) return true;
    if (key == "timesteps") return says("steps") || says("spacing");
    if (among({"target", "dim"})) return said.contains("model") || (key == "dim" && said.contains("target"));
    return key == "model" && said.contains("target");
}

void read_scene(Request& request, const std::string& path) {
    Settings& settings = request.settings;
    const json root = parse(read_scene_text(path), path);
    if (!root.is_object()) throw refusal(path, "", "not an object", kFormHint);
    const std::set<std::string, std::less<>> said = request.given;
    for (const auto& [key, value] : root.items()) {
        if (key == "title" || key == "about") {
            (key == "title" ? settings.title : settings.about) = text_of(value, path, key);
            continue;
        }
        const Setting& setting = setting_of(path, key);
        if (said.contains(key) || is_displaced(key, said) || !setting.taken_by(settings.command)) continue;
        const std::string text = text_of(value, path, key);
        if (setting.is_flag()) {
            if (text == "off") continue;
            if (text != "on") throw refusal(path, key, "neither true nor false", "give one of them without quotes");
        }
        try {
            assign(settings, setting, text);
        } catch (const base::Error& error) {
            throw refusal(path, key, error.what(), "correct it in the scene");
        }
        request.given.insert(key);
    }
}

bool is_of_machine(std::string_view name) {
    return name.starts_with("ui.") || name == "scene" || name == "device" || name == "validation" || name == "chunk" ||
           name == "trace.frames";
}

std::string scene_text(const Settings& settings) {
    return scene_of(settings, shortest(settings));
}

std::string scene_text(const Request& request) {
    return scene_of(request.settings, given_settings(request));
}

void write_scene(const Settings& settings, const std::filesystem::path& path) {
    const std::string text = scene_text(settings);
    base::AtomicFile file(path);
    file.write(text);
    file.commit();
}

}  // namespace scorefield::settings
