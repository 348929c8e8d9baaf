#include "app/separate_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "app/model.hpp"
#include "app/start.hpp"
#include "base/error.hpp"
#include "data/datasets.hpp"

namespace scorefield::app {
namespace {

namespace fs = std::filesystem;

struct NamedFile {
    std::string flag;
    std::string path;
};

/// The one name of the file that `path` leads to, there or not.
fs::path place(const std::string& path) {
    constexpr int kMostLinks = 40;
    std::error_code unknown;
    fs::path followed = fs::absolute(path, unknown);
    for (int links = 0; links < kMostLinks && fs::is_symlink(followed, unknown); ++links) {
        followed = followed.parent_path() / fs::read_symlink(followed, unknown);
    }
    const fs::path found = fs::weakly_canonical(followed, unknown);
    return unknown ? followed.lexically_normal() : found;
}

bool are_one(const NamedFile& a, const NamedFile& b) {
    return place(a.path) == place(b.path);
}

/// The files that settings of these names hold, of those that the command takes.
template <std::size_t N>
std::vector<NamedFile> files_of(const Settings& settings, const std::array<std::string_view, N>& names) {
    std::vector<NamedFile> files;
    for (const std::string_view name : names) {
        const Setting& setting = *find_setting(name);
        const std::string path = value_text(settings, setting);
        const bool is_file = name != "init" || start_kind(settings) == StartKind::file;
        if (is_file && setting.taken_by(settings.command) && !path.empty())
            files.push_back({"--" + std::string(name), path});
    }
    return files;
}

std::vector<NamedFile> inputs_of(const Settings& settings) {
    constexpr std::array<std::string_view, 8> kInputs = {"init",  "known",   "mask",      "model",
                                                         "scene", "program", "scheduler", "resume"};
    std::vector<NamedFile> inputs = files_of(settings, kInputs);
    const std::string of_target = target_choice(settings).argument;
    if (!of_target.empty()) inputs.push_back({"--target", of_target});
    const bool needs_model = find_setting("model")->taken_by(settings.command) &&
                             settings.command != Command::program && settings.target.empty();
    if (needs_model && settings.model.empty()) inputs.push_back({"the model", default_model().string()});
    const bool needs_no_file = std::ranges::any_of(
        data::builtin_datasets(), [&](const data::DatasetInfo& info) { return info.name == settings.data; });
    if (!settings.data.empty() && !needs_no_file) inputs.push_back({"--data", settings.data});
    return inputs;
}

}  // namespace

void require_separate_files(const Settings& settings) {
    constexpr std::array<std::string_view, 4> kOutputs = {"out", "trajectory", "log", "frame-log"};
    const std::vector<NamedFile> outputs = files_of(settings, kOutputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            if (!are_one(outputs[i], outputs[k])) continue;
            throw base::request_error("two outputs in one file", outputs[k].flag + " and " + outputs[i].flag,
                                      fmt::format("both are {}", outputs[i].path), "give each a name of its own");
        }
    }
    if (outputs.empty()) return;
    for (const NamedFile& input : inputs_of(settings)) {
        for (const NamedFile& output : outputs) {
            const bool goes_on = output.flag == "--out" && input.flag == "--resume";
            if (goes_on || !are_one(output, input)) continue;
            throw base::request_error("output in place of an input", output.flag,
                                      fmt::format("{} is {}", output.path, input.flag), "write to another file");
        }
    }
}

}  // namespace scorefield::app
