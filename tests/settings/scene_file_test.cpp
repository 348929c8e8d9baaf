#include "settings/scene_file.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "base/error.hpp"
#include "base/scratch.hpp"
#include "cli/command_line.hpp"
#include "settings/resolve.hpp"
#include "settings/resolved.hpp"

namespace scorefield::settings {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class SceneFile : public testing::Test {
  protected:
    base::ScratchFolder folder;
    std::string path = (folder / "scene.json").string();

    void write(const std::string& text) const { std::ofstream(path) << text; }
    Settings read(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--scene", path});
        return cli::parse_command_line(arguments).settings;
    }
};

TEST_F(SceneFile, SaysWhatTheCommandLineLeavesOpen) {
    write(R"({"title": "t", "about": "a", "sampler": "ddpm", "sampler.variance": "small", "steps": 7,
              "look.axes": false, "seed": 18446744073709551615, "steps-per-second": 2.5})");
    const Settings settings = read({"view", "--steps", "9"});
    EXPECT_EQ(settings.sampler.name, "ddpm");
    EXPECT_EQ(settings.sampler.variance, "small");
    EXPECT_EQ(settings.steps, 9);
    EXPECT_FALSE(settings.look.axes);
    EXPECT_EQ(settings.seed, 18446744073709551615U);
    EXPECT_EQ(settings.steps_per_second, 2.5);
    EXPECT_TRUE(cli::parse_command_line({"view", "--scene", path}).given.contains("sampler"));
    EXPECT_EQ(settings.title, "t");
    EXPECT_EQ(settings.about, "a");
}

TEST_F(SceneFile, GivesWayToFlagsWithAllThatBelongsToIt) {
    write(R"({"target": "gaussian", "target.variance": 0.01, "process": "additive", "process.T": 2, "sampler": "ddpm",
              "sampler.final_noise": true, "steps": 9, "spacing": "karras", "process.rho": 3})");
    const Settings other = read({"view", "--sampler", "ddim", "--target", "tree", "--process", "ve"});
    EXPECT_EQ(other.sampler, diffusion::SamplerSettings{});
    EXPECT_EQ(other.target_variance, Settings{}.target_variance);
    EXPECT_FALSE(other.process.horizon.has_value());
    EXPECT_EQ(other.steps, 9);
    EXPECT_EQ(read({"view", "--program", "p.json", "--prediction", "x0"}).steps, Settings{}.steps);
    EXPECT_EQ(read({"view", "--timesteps", "2,1"}).steps, Settings{}.steps);
    write(R"({"program": "three_states", "target": "three_states"})");
    EXPECT_EQ(read({"view", "--sampler", "ddpm"}).program, "");
    EXPECT_EQ(read({"view", "--seed", "3"}).program, "three_states");
    EXPECT_EQ(read({"view", "--model", "m.safetensors"}).target, "");
}

TEST_F(SceneFile, LeavesOutWhatTheCommandDoesNotTake) {
    write(R"({"look.axes": false, "steps": 3})");
    const Settings settings = read({"program"});
    EXPECT_TRUE(settings.look.axes);
    EXPECT_EQ(settings.steps, 3);
}

TEST_F(SceneFile, IsRefusedWithFileAndSetting) {
    const auto refusal = [&](const std::string& text) {
        write(text);
        return [this] { read({"view"}); };
    };
    EXPECT_THAT(refusal("{"), ThrowsMessage<base::Error>(HasSubstr(path + "): parse error at line 1, column 2")));
    EXPECT_THAT(refusal("[]"), ThrowsMessage<base::Error>(HasSubstr("not an object")));
    EXPECT_THAT(refusal(R"({"stps": 3})"), ThrowsMessage<base::Error>(HasSubstr("did you mean 'steps'")));
    EXPECT_THAT(refusal(R"({"eta": 0.5})"), ThrowsMessage<base::Error>(HasSubstr("did you mean 'sampler.eta'")));
    EXPECT_THAT(refusal(R"({"steps": 0})"), ThrowsMessage<base::Error>(HasSubstr(path + ": steps")));
    EXPECT_THAT(refusal(R"({"steps": [3]})"), ThrowsMessage<base::Error>(HasSubstr("neither a string")));
    for (const char* writing : {"out", "trajectory", "log", "frame-log", "trace", "resume"}) {
        const std::string scene = "{\"" + std::string(writing) + "\": \"x\"}";
        EXPECT_THAT(refusal(scene), ThrowsMessage<base::Error>(HasSubstr("a scene cannot set it"))) << writing;
    }
    EXPECT_THAT(
        [] {
            cli::parse_command_line({"view", "--scene", "nowhere.json"});
        },
        ThrowsMessage<base::Error>(HasSubstr("nowhere.json): no such file")));
}

/// A value that the setting takes, by chance.
std::string random_value(const Setting& setting, std::mt19937_64& engine) {
    const auto below = [&](std::uint64_t count) {
        return std::uniform_int_distribution<std::uint64_t>(0, count)(engine);
    };
    if (setting.name == "shard") {
        const std::uint64_t count = 1 + below(9);
        return fmt::format("{}/{}", 1 + below(count - 1), count);
    }
    if (const auto* choices = std::get_if<Choices>(&setting.values)) {
        return std::string(choices->names[below(choices->names.size() - 1)]);
    }
    if (const auto* range = std::get_if<IntegerRange>(&setting.values)) {
        return fmt::format("{}", std::uniform_int_distribution<std::uint64_t>(range->low, range->high)(engine));
    }
    if (const auto* range = std::get_if<RealRange>(&setting.values)) {
        // Near the low end, in the middle and near the high one alike.
        const double share =
            std::pow(std::uniform_real_distribution<double>(0.01, 1)(engine), 1 + 4.0 * static_cast<double>(below(3)));
        return fmt::format("{}", std::min(range->high, range->low + share * (range->high - range->low)));
    }
    if (std::holds_alternative<Toggle>(setting.values)) return below(1) == 0 ? "on" : "off";
    if (setting.is_flag()) return "on";
    return fmt::format("a \"{}\" \\ \u03c3, it's {}", setting.name, below(999));
}

/// As people write it, or as a string.
nlohmann::json json_of(const Setting& setting, const std::string& text, bool as_string) {
    const bool number =
        std::holds_alternative<IntegerRange>(setting.values) || std::holds_alternative<RealRange>(setting.values);
    if (as_string) return text;
    if (number) return nlohmann::json::parse(text);
    if (setting.is_flag() || std::holds_alternative<Toggle>(setting.values)) return text == "on";
    return text;
}

TEST_F(SceneFile, IsReadBackAsTheSameSettings) {
    std::mt19937_64 engine(8);
    std::set<std::string_view> read_back;
    for (const CommandInfo& info : commands()) {
        if (!find_setting("scene")->taken_by(info.command)) continue;
        for (int round = 0; round < 20; ++round) {
            Settings settings;
            settings.command = info.command;
            nlohmann::json scene;
            std::set<std::string, std::less<>> names;
            for (const Setting& setting : setting_table()) {
                if (!setting.taken_by(info.command) || setting.is_written() || setting.name == "scene") continue;
                assign(settings, setting, random_value(setting, engine));
                const std::string text = value_text(settings, setting);
                scene[std::string(setting.name)] = json_of(setting, text, round % 2 == 1);
                names.emplace(setting.name);
                read_back.insert(setting.name);
            }
            write(scene.dump());
            Request request;
            request.settings.command = info.command;
            read_scene(request, path);
            EXPECT_EQ(request.given, names);
            for (const Setting& setting : setting_table()) {
                EXPECT_EQ(value_text(request.settings, setting), value_text(settings, setting)) << setting.name;
            }
        }
    }
    for (const Setting& setting : setting_table()) {
        const bool held = (setting.commands & find_setting("scene")->commands) != 0 && !setting.is_written();
        EXPECT_EQ(read_back.contains(setting.name), held && setting.name != "scene") << setting.name;
    }
}

/// What a scene needs to say of the setting.
std::string said_text(const Settings& settings, const Setting& setting) {
    return differs_from_default(settings, setting) ? value_text(settings, setting) : "";
}

/// Random values of about a third of all settings, among them a target, so that no network determines the process.
Settings random_settings(Command command, std::mt19937_64& engine) {
    Settings settings;
    settings.command = command;
    for (const Setting& setting : setting_table()) {
        const bool replaces = setting.name == "program" || setting.name == "timesteps";
        if (!setting.taken_by(command) || setting.name == "scene" || replaces) continue;
        if (setting.name != "target" && engine() % 3 != 0) continue;
        assign(settings, setting, random_value(setting, engine));
    }
    if (engine() % 2 == 0) settings.title = "β \"title\"";
    if (engine() % 2 == 0) settings.about = "line\nline";
    return settings;
}

TEST_F(SceneFile, IsSavedAndReadBackAsTheSameSettings) {
    std::mt19937_64 engine(9);
    for (const CommandInfo& info : commands()) {
        if (!find_setting("scene")->taken_by(info.command)) continue;
        for (int round = 0; round < 40; ++round) {
            const Settings settings = random_settings(info.command, engine);
            write_scene(settings, path);
            const std::string written = scene_text(settings);
            SCOPED_TRACE(written);
            Request request;
            request.settings.command = info.command;
            read_scene(request, path);
            EXPECT_EQ(scene_text(request.settings), written);
            EXPECT_EQ(request.settings.title, settings.title);
            EXPECT_EQ(request.settings.about, settings.about);
            for (const Setting& setting : setting_table()) {
                if (setting.is_written() || is_of_machine(setting.name)) continue;
                EXPECT_EQ(said_text(request.settings, setting), said_text(settings, setting)) << setting.name;
            }
        }
    }
}

TEST_F(SceneFile, SavesNoOutputAndNothingThatIsReplaced) {
    Settings settings;
    settings.frame_log = "frames.csv";
    settings.scene = "other.json";
    settings.device = "1";
    settings.validation = "sync";
    settings.program = "p.json";
    settings.steps = 7;
    settings.look.axes = false;
    EXPECT_EQ(scene_text(settings), "{\n  \"program\": \"p.json\",\n  \"look.axes\": false\n}\n");
    EXPECT_EQ(scene_text(Settings{}), "{\n}\n");
}

TEST_F(SceneFile, SavesNoTextThatJsonCannotHold) {
    Settings settings;
    settings.model = "caf\xe9.safetensors";
    EXPECT_THAT([&] { write_scene(settings, path); },
                ThrowsMessage<base::Error>(HasSubstr("cannot save the scene (`model`): its text is not UTF-8")));
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PreparedScenes, CompileForWindowAndFiles) {
    int scenes = 0;
    for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator("assets/scenes")) {
        if (entry.path().extension() != ".json") continue;
        SCOPED_TRACE(entry.path().string());
        for (const char* command : {"view", "render"}) {
            std::vector<std::string> arguments = {command, "--scene", entry.path().string()};
            if (command == std::string("render")) arguments.insert(arguments.end(), {"--out", "film.mp4"});
            const Settings settings = cli::parse_command_line(arguments).settings;
            EXPECT_GT(build_program(settings, open_model(settings)).steps, 0);
        }
        ++scenes;
    }
    EXPECT_GE(scenes, 20);
}

TEST(Target, MayHaveAnArgument) {
    EXPECT_EQ(cli::parse_command_line({"view", "--target", "gmm", "a.json", "--steps", "3"}).settings.target,
              "gmm a.json");
    EXPECT_EQ(cli::parse_command_line({"view", "--target", "tree"}).settings.target, "tree");
    const Settings score = cli::parse_command_line({"score", "a.npy", "--target", "empirical", "moons"}).settings;
    EXPECT_EQ(score.target, "empirical moons");
    EXPECT_THAT(score.files, testing::ElementsAre("a.npy"));
    EXPECT_THAT(cli::parse_command_line({"score", "--target", "tree", "a.npy"}).settings.files,
                testing::ElementsAre("a.npy"));
}

}  // namespace
}  // namespace scorefield::settings
