#include "viewer/remembered.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/private_folder.hpp"
#include "data/json.hpp"

namespace scorefield::viewer {
namespace {

using nlohmann::json;

constexpr const char* kFile = "window.json";
constexpr std::size_t kMostBytes = 4096;
constexpr int kFarthest = 100'000;  ///< of a window's place
constexpr double kWidestPanel = 10'000;

/// The text, checked as the setting's value.
std::string checked(std::string_view name, const std::string& text) {
    settings::Settings settings;
    const settings::Setting& setting = *settings::find_setting(name);
    settings::assign(settings, setting, text);
    return settings::value_text(settings, setting);
}

std::int64_t integer_of(const json& root, const char* name) {
    const json& value = root.at(name);
    if (!value.is_number_integer()) throw data::JsonError(fmt::format("{} is not an integer", name));
    return value.get<std::int64_t>();
}

std::uint32_t length_of(const json& root, const char* name) {
    return static_cast<std::uint32_t>(std::stoul(checked(name, std::to_string(integer_of(root, name)))));
}

int coordinate_of(const json& root, const char* name) {
    const std::int64_t value = integer_of(root, name);
    if (value < -kFarthest || value > kFarthest) throw data::JsonError(fmt::format("{} is out of range", name));
    return static_cast<int>(value);
}

/// Throws data::JsonError, json::exception, or base::Error of a value that its setting refuses.
RememberedWindow window_of(const json& root) {
    RememberedWindow window;
    if (root.contains("left")) window.place = {coordinate_of(root, "left"), coordinate_of(root, "top")};
    window.width = length_of(root, "width");
    window.height = length_of(root, "height");
    window.panel = root.at("panel").get<bool>();
    const auto panel_width = root.at("panel_width").get<double>();
    if (!(panel_width >= 0 && panel_width <= kWidestPanel)) throw data::JsonError("panel_width is out of range");
    window.panel_width = static_cast<float>(panel_width);
    window.theme = checked("ui.theme", root.at("theme").get<std::string>());
    window.text_size = checked("ui.text_size", root.at("text_size").get<std::string>());
    return window;
}

}  // namespace

std::filesystem::path configuration_folder() {
    if (const char* const xdg = std::getenv("XDG_CONFIG_HOME"); xdg != nullptr && *xdg == '/') {
        return std::filesystem::path(xdg) / "scorefield";
    }
    if (const char* const home = std::getenv("HOME"); home != nullptr && *home == '/') {
        return std::filesystem::path(home) / ".config" / "scorefield";
    }
    return {};
}

RememberedWindow read_remembered(const std::filesystem::path& folder, std::string& note) {
    const auto damaged = [&](const std::string& why) {
        note = fmt::format("{} is damaged and was ignored: {}", (folder / kFile).string(), why);
        return RememberedWindow();
    };
    const std::optional<std::string> text = base::PrivateFolder(folder).read(kFile, kMostBytes, note);
    if (!text) return {};
    try {
        return window_of(data::parse_json(*text));
    } catch (const data::JsonError& error) {
        return damaged(error.what());
    } catch (const json::exception&) {
        return damaged("a value is missing or of another kind");
    } catch (const base::Error& error) {
        return damaged(error.what());
    }
}

void write_remembered(const std::filesystem::path& folder, const RememberedWindow& window) {
    nlohmann::ordered_json root;
    if (window.place) {
        root["left"] = window.place->left;
        root["top"] = window.place->top;
    }
    root["width"] = window.width;
    root["height"] = window.height;
    root["panel"] = window.panel;
    root["panel_width"] = window.panel_width;
    root["theme"] = window.theme;
    root["text_size"] = window.text_size;
    constexpr int kIndent = 2;
    base::PrivateFolder(folder).replace(kFile, root.dump(kIndent) + "\n");
}

void take_remembered(const RememberedWindow& window, settings::Request& request) {
    settings::Settings& settings = request.settings;
    const auto& given = request.given;
    if (window.width > 0 && !given.contains("width") && !given.contains("height")) {
        settings.width = window.width;
        settings.height = window.height;
    }
    if (!window.theme.empty() && !given.contains("ui.theme")) settings.theme = window.theme;
    if (!window.text_size.empty() && !given.contains("ui.text_size")) settings.text_size = window.text_size;
}

}  // namespace scorefield::viewer
