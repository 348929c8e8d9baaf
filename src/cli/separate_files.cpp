#include "cli/separate_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/output_names.hpp"
#include "data/datasets.hpp"
#include "model/model.hpp"
#include "sample/start.hpp"
#include "settings/resolve.hpp"

namespace scorefield::cli {
namespace {

namespace fs = std::filesystem;

struct NamedFile {
    std::string flag;
    std::string path;
};

/// The one name of the file that `path` leads to, there or not.
fs::path place(const fs::path& path) {
    constexpr int kMostLinks = 40;
    std::error_code unknown;
    fs::path followed = fs::absolute(path, unknown);
    for (int links = 0; links < kMostLinks && fs::is_symlink(followed, unknown); ++links) {
        followed = followed.parent_path() / fs::read_symlink(followed, unknown);
    }
    fs::path found = fs::weakly_canonical(followed, unknown);
    if (unknown) found = followed.lexically_normal();
    return found.has_filename() ? found : found.parent_path();
}

/// The same of a file that is not followed where it is a link itself.
fs::path place_of_name(const fs::path& path) {
    return place(path.has_parent_path() ? path.parent_path() : ".") / path.filename();
}

bool are_one(const NamedFile& a, const NamedFile& b) {
    return place(a.path) == place(b.path);
}

/// Whether `path` lies in the folder, however deep.
bool is_within(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

/// The files that settings which the command takes name, of those for which `wanted` holds.
std::vector<NamedFile> files_of(const settings::Settings& settings, bool (settings::Setting::*wanted)() const) {
    std::vector<NamedFile> files;
    for (const settings::Setting& setting : settings::setting_table()) {
        if (!(setting.*wanted)() || !setting.taken_by(settings.command)) continue;
        const std::string path = settings::value_text(settings, setting);
        const bool is_file = setting.name != "init" || settings::start_spec(settings).kind == sample::StartKind::file;
        if (is_file && !path.empty()) files.push_back({"--" + std::string(setting.name), path});
    }
    return files;
}

std::vector<NamedFile> outputs_of(const settings::Settings& settings) {
    std::vector<NamedFile> outputs = files_of(settings, &settings::Setting::is_written);
    // What is resumed is written only where --out is the same, which is among them.
    std::erase_if(outputs, [](const NamedFile& file) { return file.flag == "--resume"; });
    std::stable_partition(outputs.begin(), outputs.end(), [](const NamedFile& file) { return file.flag == "--out"; });
    return outputs;
}

std::vector<NamedFile> inputs_of(const settings::Settings& settings) {
    std::vector<NamedFile> inputs = files_of(settings, &settings::Setting::is_read);
    const std::string of_target = settings::target_choice(settings).argument;
    if (!of_target.empty()) inputs.push_back({"--target", of_target});
    const bool needs_model = settings::find_setting("model")->taken_by(settings.command) &&
                             !settings::compiles_only(settings.command) &&
                             settings.command != settings::Command::study && settings.target.empty();
    if (needs_model && settings.model.empty()) inputs.push_back({"the model", model::default_model().string()});
    const bool needs_no_file = std::ranges::any_of(
        data::builtin_datasets(), [&](const data::DatasetInfo& info) { return info.name == settings.data; });
    if (!settings.data.empty() && !needs_no_file) inputs.push_back({"--data", settings.data});
    return inputs;
}

base::Error in_place_of_input(const NamedFile& output, const NamedFile& input) {
    return base::request_error("output would overwrite an input", output.flag,
                               fmt::format("{} is also {}", output.path, input.flag), "choose another file");
}

/// Frames are many files: those of their names in their folder.
void require_separate_frames(const NamedFile& frames, const std::vector<NamedFile>& others,
                             const std::vector<NamedFile>& inputs) {
    const FramePlace where = frame_place(frames.path);
    const fs::path folder = place(where.folder);
    const auto is_frame = [&](const fs::path& file) {
        return file.parent_path() == folder && where.names.number_of(file.filename().string()).has_value();
    };
    const auto is_one_of_them = [&](const NamedFile& file) {
        return is_frame(place(file.path)) || is_frame(place_of_name(file.path));
    };
    for (const NamedFile& input : inputs) {
        if (is_one_of_them(input)) throw in_place_of_input({frames.flag, input.path}, input);
    }
    for (const NamedFile& other : others) {
        const bool within = where.own_folder && is_within(place_of_name(other.path), folder);
        if (!within && !is_one_of_them(other)) continue;
        throw base::request_error("output among the frames", frames.flag + " and " + other.flag,
                                  fmt::format("{} lies where the frames of {} are written", other.path, frames.path),
                                  "choose another path");
    }
}

}  // namespace

void require_separate_files(const settings::Settings& settings) {
    std::vector<NamedFile> outputs = outputs_of(settings);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            if (!are_one(outputs[i], outputs[k])) continue;
            throw base::request_error("two outputs with the same path", outputs[k].flag + " and " + outputs[i].flag,
                                      fmt::format("both are {}", outputs[i].path), "give each its own file name");
        }
    }
    if (outputs.empty()) return;
    const std::vector<NamedFile> inputs = inputs_of(settings);
    if (settings.command == settings::Command::render && render_form(settings.out) == Form::frames) {
        const auto out = std::ranges::find(outputs, "--out", &NamedFile::flag);
        const NamedFile frames = *out;
        outputs.erase(out);
        require_separate_frames(frames, outputs, inputs);
    }
    for (const NamedFile& input : inputs) {
        for (const NamedFile& output : outputs) {
            const bool goes_on = output.flag == "--out" && input.flag == "--resume";
            if (goes_on || !are_one(output, input)) continue;
            throw in_place_of_input(output, input);
        }
    }
}

}  // namespace scorefield::cli
