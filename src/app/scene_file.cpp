#include "app/scene_file.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "data/files.hpp"

namespace scorefield::app {
namespace {

using nlohmann::json;

base::Error refusal(const std::string& path, const std::string& key, const std::string& why,
                    const std::string& hint = {}) {
    return base::request_error("invalid scene", key.empty() ? path : path + ": " + key, why, hint);
}

const Setting& setting_of(const std::string& path, const std::string& key) {
    // What names files of other runs or another scene has no place in one.
    constexpr std::array<std::string_view, 2> kForbidden = {"scene", "out"};
    if (std::ranges::find(kForbidden, key) != kForbidden.end()) {
        throw refusal(path, key, "a scene cannot say it", "say --" + key + " on the command line");
    }
    if (const Setting* setting = find_setting(key)) return *setting;
    std::vector<std::string_view> names;
    for (const Setting& setting : setting_table()) names.push_back(setting.name);
    throw refusal(path, key, "no such setting", base::name_hint(key, names));
}

std::string text_of(const json& value, const std::string& path, const std::string& key) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
    if (value.is_number_integer()) return value.dump();
    if (value.is_number()) return fmt::format("{}", value.get<double>());
    throw refusal(path, key, "neither a string nor a number nor true or false");
}

}  // namespace

void read_scene(Settings& settings, const std::string& path) {
    const json root = json::parse(data::read_text(path, "scene"), nullptr, false);
    if (root.is_discarded()) throw refusal(path, "", "not JSON");
    if (!root.is_object()) throw refusal(path, "", "not an object", "write {\"sampler\": \"ddim\", \"steps\": 20}");
    for (const auto& [key, value] : root.items()) {
        if (key == "title" || key == "about") continue;
        const Setting& setting = setting_of(path, key);
        if (settings.is_given(key) || !setting.taken_by(settings.command)) continue;
        const std::string text = text_of(value, path, key);
        if (std::holds_alternative<Flag>(setting.values)) {
            if (text == "off") continue;
            if (text != "on") throw refusal(path, key, "neither true nor false");
        }
        try {
            assign(settings, setting, text);
        } catch (const base::Error& error) {
            throw refusal(path, key, error.what());
        }
        settings.given.insert(key);
    }
}

}  // namespace scorefield::app
