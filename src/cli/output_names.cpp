#include "cli/output_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "render/frame_sequence.hpp"
#include "render/video_format.hpp"

namespace scorefield::cli {
namespace {

namespace fs = std::filesystem;

bool is_pattern(const std::string& out) {
    return base::lower_case(out).ends_with(".png") && fs::path(out).filename().string().find('%') != std::string::npos;
}

base::Error wrong_type(const std::string& flag, const std::string& path, const std::string& why,
                       const std::string& hint) {
    return base::request_error("wrong file type", flag + " " + path, why, hint);
}

/// `.csv, .png or .svg`
std::string listed(std::vector<std::string_view> endings) {
    if (endings.size() == 1) return std::string(endings.front());
    const std::string_view last = endings.back();
    endings.pop_back();
    return fmt::format("{} or {}", base::join(endings), last);
}

/// What names of the output may end in; empty: anything, as far as this check goes.
std::vector<std::string_view> endings_of_out(const settings::Settings& settings) {
    switch (settings.command) {
        case settings::Command::sample:
            return {settings.stats ? ".json" : ".npy"};
        case settings::Command::train:
            return {".safetensors"};
        case settings::Command::program:
            return {".json"};
        case settings::Command::schedule:
        case settings::Command::sweep:
            return {".csv", ".png", ".svg"};
        case settings::Command::study:
            return {".png", ".svg"};
        default:
            return {};
    }
}

/// FILE.png|FILE.svg: .png and .svg
std::vector<std::string_view> endings_of(const settings::Setting& setting) {
    constexpr std::string_view kFile = "FILE.";
    std::vector<std::string_view> endings;
    std::string_view forms = std::get<settings::Text>(setting.values).form;
    while (!forms.empty()) {
        const std::string_view form = forms.substr(0, forms.find('|'));
        if (form.starts_with(kFile)) endings.push_back(form.substr(kFile.size() - 1));
        forms.remove_prefix(std::min(form.size() + 1, forms.size()));
    }
    return endings;
}

/// `.mp4, .webm or .gif`
std::string video_endings() {
    std::vector<std::string_view> endings;
    for (const render::VideoFormat& format : render::video_formats()) endings.push_back(format.ending);
    return listed(std::move(endings));
}

}  // namespace

bool is_sheet(const std::string& out) {
    return !is_pattern(out) && base::lower_case(fs::path(out).extension().string()) == ".png";
}

Form render_form(const std::string& out) {
    const fs::path path(out);
    const std::string extension = base::lower_case(path.extension().string());
    if (is_pattern(out)) {
        frame_place(out);
        return Form::frames;
    }
    if (is_sheet(out)) return Form::sheet;
    if (render::find_video_format(path) != nullptr) return Form::film;
    std::error_code unknown;
    const fs::file_status status = fs::status(path, unknown);
    if (!fs::status_known(status)) {
        throw base::running_error("cannot write", "--out " + out, unknown.message(), "name another file or folder");
    }
    if (fs::is_directory(status)) return Form::frames;
    if (!extension.empty()) {
        throw wrong_type("--out", out, "render cannot write '" + extension + "'",
                         fmt::format("use .png (contact sheet), {} (video) or a folder (frames)", video_endings()));
    }
    if (path.filename().string().find('%') != std::string::npos) {
        throw wrong_type("--out", out, "a pattern of frames must name .png files", "end it with .png");
    }
    return Form::frames;
}

FramePlace frame_place(const std::string& out) {
    const fs::path path(out);
    if (!is_pattern(out)) return {path, base::NumberedNames(render::kFrameNames, "--out"), true};
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    return {folder, base::NumberedNames(path.filename().string(), "--out " + out), false};
}

void require_output_names(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    for (const settings::Setting& setting : settings::setting_table()) {
        const bool only_written = setting.is_written() && !setting.is_read();
        if (!only_written || !setting.taken_by(settings.command) || !request.given.contains(setting.name)) continue;
        const std::string path = settings::value_text(settings, setting);
        const std::vector<std::string_view> endings =
            setting.name == "out" ? endings_of_out(settings) : endings_of(setting);
        const std::string flag = "--" + std::string(setting.name);
        const std::string lower = base::lower_case(path);
        const auto fits = [&](std::string_view ending) { return lower.ends_with(ending); };
        if (!endings.empty() && std::ranges::none_of(endings, fits)) {
            throw wrong_type(
                flag, path,
                fmt::format("{} writes {} files here", settings::command_info(settings.command).name, listed(endings)),
                fmt::format("use a name that ends in {}", listed(endings)));
        }
        if (setting.name == "out" && settings.command == settings::Command::render) render_form(path);
    }
}

}  // namespace scorefield::cli
