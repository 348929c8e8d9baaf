#include "cli/output_names.hpp"

#include <fmt/format.h>

#include <string_view>
#include <system_error>
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

/// The ending of the only form that the command writes; empty where it has several.
std::string_view ending_of_out(const settings::Settings& settings) {
    if (settings.command == settings::Command::sample) return settings.stats ? ".json" : ".npy";
    if (settings.command == settings::Command::train) return ".safetensors";
    if (settings.command == settings::Command::program) return ".json";
    return settings.command == settings::Command::study ? ".png" : "";
}

/// FILE.csv: .csv
std::string_view ending_of(const settings::Setting& setting) {
    const std::string_view form = std::get<settings::Text>(setting.values).form;
    return form.starts_with("FILE.") ? form.substr(4) : "";
}

/// `.mp4, .webm or .gif`
std::string video_endings() {
    std::vector<std::string_view> endings;
    for (const render::VideoFormat& format : render::video_formats()) endings.push_back(format.ending);
    const std::string_view last = endings.back();
    endings.pop_back();
    return fmt::format("{} or {}", base::join(endings), last);
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
        const std::string_view ending = setting.name == "out" ? ending_of_out(settings) : ending_of(setting);
        const std::string flag = "--" + std::string(setting.name);
        if (!base::lower_case(path).ends_with(ending)) {
            throw wrong_type(
                flag, path,
                fmt::format("{} writes {} files here", settings::command_info(settings.command).name, ending),
                fmt::format("use a name that ends in {}", ending));
        }
        if (setting.name == "out" && settings.command == settings::Command::render) render_form(path);
    }
}

}  // namespace scorefield::cli
