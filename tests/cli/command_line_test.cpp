#include "cli/command_line.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <sstream>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "diffusion/sampler.hpp"

namespace scorefield::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string refusal(const std::vector<std::string>& arguments) {
    try {
        parse_command_line(arguments);
    } catch (const base::Error& error) {
        EXPECT_EQ(error.exit_status(), 2);
        return base::with_flags(error.what());
    }
    ADD_FAILURE() << "taken: " << ::testing::PrintToString(arguments);
    return {};
}

TEST(CommandLine, WithoutACommandIsView) {
    EXPECT_EQ(parse_command_line({}).settings.command, settings::Command::view);
    const settings::Settings settings = parse_command_line({"--steps", "7", "--look.axes", "off"}).settings;
    EXPECT_EQ(settings.command, settings::Command::view);
    EXPECT_EQ(settings.steps, 7);
    EXPECT_FALSE(settings.look.axes);
}

TEST(CommandLine, ReadsValuesOfEveryKindAndRemembersWhichWereSaid) {
    const auto [settings, given] = static_cast<settings::Request>(parse_command_line(
        {"sample", "--out", "a.npy", "--sampler=ddpm", "--sampler.variance", "small", "--sampler.clip", "2.5",
         "--process.T", "40", "--seed", "18446744073709551615", "--json", "--shard", "2/3", "--prediction", "v"}));
    EXPECT_EQ(settings.command, settings::Command::sample);
    EXPECT_EQ(settings.out, "a.npy");
    EXPECT_EQ(settings.sampler.name, "ddpm");
    EXPECT_EQ(settings.sampler.variance, "small");
    EXPECT_EQ(settings.sampler.clip, 2.5);
    EXPECT_EQ(settings.process.horizon, 40);
    EXPECT_EQ(settings.seed, 18446744073709551615U);
    EXPECT_TRUE(settings.json);
    EXPECT_EQ(settings.shard, (settings::Shard{2, 3}));
    EXPECT_EQ(settings.prediction, diffusion::Prediction::v);
    EXPECT_TRUE(given.contains("sampler.clip"));
    EXPECT_FALSE(given.contains("steps"));
    EXPECT_EQ(given.size(), 9U);
}

/// The sampler that a setting of samplers belongs to; empty for other settings.
std::vector<std::string> sampler_of(const settings::Setting& setting) {
    for (const diffusion::SamplerInfo& info : diffusion::samplers()) {
        for (const diffusion::SamplerParameter& parameter : info.parameters) {
            if (setting.name == "sampler." + std::string(parameter.name)) return {"--sampler", std::string(info.name)};
        }
    }
    return {};
}

/// A value that the setting takes.
std::string some_value(const settings::Setting& setting) {
    if (const auto* choices = std::get_if<settings::Choices>(&setting.values))
        return std::string(choices->names.front());
    if (const auto* range = std::get_if<settings::IntegerRange>(&setting.values)) return std::to_string(range->high);
    if (const auto* range = std::get_if<settings::RealRange>(&setting.values)) return fmt::format("{}", range->high);
    if (std::holds_alternative<settings::Toggle>(setting.values)) return "on";
    const std::string preset = settings::value_text(settings::Settings{}, setting);
    return preset.empty() ? "text" : preset;
}

TEST(CommandLine, EverySettingCanBeSaidToEveryCommandThatTakesIt) {
    for (const settings::CommandInfo& info : settings::commands()) {
        for (const settings::Setting& setting : settings::setting_table()) {
            if (setting.name == "scene") continue;  // needs a file
            const std::string flag = "--" + std::string(setting.name);
            const std::string value = some_value(setting);
            std::vector<std::string> arguments = {std::string(info.name), flag};
            if (!std::holds_alternative<settings::Flag>(setting.values)) arguments.push_back(value);
            for (const settings::Setting& other : settings::setting_table()) {
                if ((other.required & static_cast<std::uint32_t>(info.command)) == 0 || &other == &setting) continue;
                arguments.insert(arguments.end(), {"--" + std::string(other.name), "text"});
            }
            if (info.command == settings::Command::score) arguments.push_back("a.npy");
            if (info.command == settings::Command::study) arguments.push_back("orders");
            const bool compared = setting.name == "data" || setting.name == "target";
            if (info.command == settings::Command::score && !compared) arguments.push_back("b.npy");
            if (info.command == settings::Command::data && !compared) arguments.push_back("moons");
            if (setting.taken_by(info.command)) {
                std::vector<std::string> sampler = sampler_of(setting);
                if (!sampler.empty() && info.command == settings::Command::sweep) sampler.front() = "--samplers";
                arguments.insert(arguments.end(), sampler.begin(), sampler.end());
                EXPECT_TRUE(parse_command_line(arguments).given.contains(setting.name)) << info.name << flag;
            } else {
                EXPECT_THAT(refusal(arguments), HasSubstr("it belongs to " + settings::commands_text(setting)));
            }
        }
    }
}

TEST(CommandLine, SweepsTakeListsInThePlaceOfSingleValues) {
    const settings::Settings settings =
        parse_command_line({"sweep", "--samplers", "ddim,heun", "--steps-list", "5,10", "--spacings", "auto,karras",
                            "--seeds", "3", "--out", "a.csv", "--figure", "a.svg", "--distance", "energy_distance"})
            .settings;
    EXPECT_EQ(settings.samplers, "ddim,heun");
    EXPECT_EQ(settings.steps_list, "5,10");
    EXPECT_EQ(settings.spacings, "auto,karras");
    EXPECT_EQ(settings.seeds, 3U);
    EXPECT_EQ(settings.figure, "a.svg");
    EXPECT_EQ(settings.distance, "energy_distance");
    for (const char* flag : {"--sampler", "--steps", "--spacing", "--timesteps", "--program", "--scene"}) {
        EXPECT_THAT(refusal({"sweep", flag, "5"}), HasSubstr("sweep does not take it")) << flag;
    }
    EXPECT_THAT(refusal({"sample", "--out", "a.npy", "--seeds", "2"}), HasSubstr("it belongs to sweep"));
}

TEST(CommandLine, DataTakesOneSourceByEitherForm) {
    EXPECT_EQ(parse_command_line({"data", "moons", "--out", "a.npy"}).settings.data, "moons");
    EXPECT_EQ(parse_command_line({"data", "--out", "a.npy", "--data", "moons"}).settings.data, "moons");
    EXPECT_EQ(parse_command_line({"data", "--target", "gmm", "a.json", "--out", "b.ply"}).settings.target,
              "gmm a.json");
    EXPECT_THAT(refusal({"data", "--out", "a.npy"}), HasSubstr("missing data set"));
    EXPECT_THAT(refusal({"data", "moons", "--target", "tree", "--out", "a.npy"}), HasSubstr("too many data sets"));
    EXPECT_THAT(refusal({"data", "moons", "rings", "--out", "a.npy"}), HasSubstr("unexpected argument"));
    EXPECT_THAT(refusal({"data", "moons"}), HasSubstr("missing --out"));
}

TEST(CommandLine, RefusesFlagsWithoutEffectAndTwoListsOfTimes) {
    EXPECT_THAT(refusal({"view", "--timesteps", "5,3", "--spacing", "even"}), HasSubstr("leave --spacing out"));
    for (const char* flag : {"--steps", "--sampler.eta", "--process.rho", "--timesteps"}) {
        EXPECT_THAT(refusal({"view", "--program", "a.json", flag, "1"}),
                    HasSubstr("--program and " + std::string(flag)));
    }
}

TEST(CommandLine, HelpOfACommandNamesExactlyItsSettings) {
    for (const settings::CommandInfo& info : settings::commands()) {
        const std::string help = parse_command_line({std::string(info.name), "--help", "all"}).text;
        EXPECT_THAT(help, HasSubstr(std::string(info.help)));
        for (const settings::Setting& setting : settings::setting_table()) {
            const std::string line = "\n  --" + std::string(setting.name);
            if (setting.taken_by(info.command)) {
                EXPECT_THAT(help, testing::AnyOf(HasSubstr(line + " "), HasSubstr(line + "\n"))) << info.name;
            } else {
                EXPECT_THAT(help, testing::Not(testing::AnyOf(HasSubstr(line + " "), HasSubstr(line + "\n"))))
                    << info.name;
            }
        }
    }
    EXPECT_THAT(parse_command_line({"--help"}).text, HasSubstr("devices"));
    EXPECT_THAT(parse_command_line({"sample", "--help", "out"}).text, HasSubstr("FILE.json with --stats"));
    EXPECT_THAT(parse_command_line({"train", "--help", "device"}).text, HasSubstr("host (the CPU)"));
    EXPECT_THAT(parse_command_line({"--version"}).text, HasSubstr("scorefield "));
}

TEST(CommandLine, HelpFitsOneScreenAndSaysWhereThereIsMore) {
    constexpr std::ptrdiff_t kLines = 40;
    for (const settings::CommandInfo& info : settings::commands()) {
        for (const char* flag : {"--help", "-h"}) {
            const std::string help = parse_command_line({std::string(info.name), flag}).text;
            EXPECT_LE(std::ranges::count(help, '\n'), kLines) << info.name << "\n" << help;
            EXPECT_THAT(help, HasSubstr("--help all")) << info.name;
        }
        std::istringstream lines(parse_command_line({std::string(info.name), "--help", "all"}).text);
        for (std::string line; std::getline(lines, line);) {
            const auto letters = std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; });
            EXPECT_LE(letters, 100) << line;
        }
    }
    EXPECT_EQ(parse_command_line({"--help", "sample"}).text, parse_command_line({"sample", "--help"}).text);
    EXPECT_EQ(parse_command_line({"sample", "--out", "a.npy", "--help"}).text,
              parse_command_line({"sample", "--help"}).text);
}

TEST(CommandLine, EverySettingIsInTheHelpOfItsGroup) {
    for (const settings::CommandInfo& info : settings::commands()) {
        const std::string overview = parse_command_line({std::string(info.name), "--help"}).text;
        const std::string topics = overview.substr(overview.find("TOPIC: "));
        for (const settings::Setting& setting : settings::setting_table()) {
            if (!setting.taken_by(info.command)) continue;
            const std::string group = base::lower_case(std::string(setting.group));
            EXPECT_THAT(topics, HasSubstr(group)) << info.name;
            const std::string flag = "\n  --" + std::string(setting.name);
            const std::string help = parse_command_line({std::string(info.name), "--help", group}).text;
            EXPECT_THAT(help, testing::AnyOf(HasSubstr(flag + " "), HasSubstr(flag + "\n"))) << info.name;
        }
    }
}

TEST(CommandLine, RendersContactSheetsOfSmallSquareTilesByDefault) {
    const auto sheet = [](std::vector<std::string> flags, const char* out = "a.PNG") {
        flags.insert(flags.begin(), {"render", "--out", out});
        return parse_command_line(flags).settings;
    };
    for (const settings::Settings& tile : {sheet({}), sheet({"--width", "420"}), sheet({"--height", "420"})}) {
        EXPECT_EQ(tile.width, 420U);
        EXPECT_EQ(tile.height, 420U);
        EXPECT_FALSE(tile.captions || tile.look.overlay || tile.look.axes);
        EXPECT_TRUE(tile.look.scale_bar);
    }
    EXPECT_EQ(sheet({"--height", "100"}).width, 100U);
    EXPECT_EQ(sheet({"--width", "100", "--height", "60"}).height, 60U);
    EXPECT_TRUE(sheet({"--captions", "on"}).captions);
    EXPECT_TRUE(sheet({"--look.axes", "on"}).look.axes);
    for (const char* other : {"frames", "a_%03d.png", "a.mp4"}) {
        EXPECT_EQ(sheet({}, other).width, settings::Settings().width) << other;
        EXPECT_TRUE(sheet({}, other).captions) << other;
    }
}

TEST(CommandLine, StudiesHaveTheirOwnTrainingSteps) {
    EXPECT_EQ(parse_command_line({"study", "objectives"}).settings.train.steps, 1500U);
    EXPECT_EQ(parse_command_line({"study", "objectives", "--train.steps", "7"}).settings.train.steps, 7U);
}

TEST(CommandLine, HelpOnATopic) {
    const auto help = [](const char* command, const char* topic) {
        return parse_command_line({command, "--help", topic}).text;
    };
    EXPECT_THAT(help("sample", "particles"), AllOf(HasSubstr("--seed N"), Not(HasSubstr("--sampler"))));
    EXPECT_THAT(help("sample", "sampler"), AllOf(HasSubstr("--sampler.eta"), HasSubstr("--spacing NAME")));
    EXPECT_THAT(help("sample", "ddim"), AllOf(HasSubstr("Sampler ddim: "), HasSubstr("--sampler.eta R"),
                                              HasSubstr("(default 0)"), Not(HasSubstr("sampler.order"))));
    EXPECT_THAT(help("view", "vp"), AllOf(HasSubstr("Process vp: "), HasSubstr("--process.beta_max R")));
    EXPECT_THAT(help("view", "ddpm"),
                AllOf(HasSubstr("Sampler ddpm: "), HasSubstr("Process ddpm: "), HasSubstr("--process.schedule")));
    EXPECT_THAT(help("sample", "sampler.eta"), AllOf(HasSubstr("--sampler.eta R"), HasSubstr("0 … 1")));
    EXPECT_THAT(help("train", "vp"), HasSubstr("Process vp: "));
    EXPECT_EQ(parse_command_line({"--help", "ddim"}).text, help("view", "ddim"));
    for (const diffusion::SamplerInfo& info : diffusion::samplers()) {
        EXPECT_THAT(help("sample", std::string(info.name).c_str()), HasSubstr(base::with_flags(info.help)))
            << info.name;
    }
    EXPECT_THAT(refusal({"sample", "--help", "samplr"}), HasSubstr("did you mean 'sampler'?"));
    EXPECT_THAT(refusal({"score", "--help", "ddim"}), HasSubstr("no help on 'ddim' (score)"));
    EXPECT_THAT(refusal({"bench", "--help", "particles"}), HasSubstr("no such topic"));
}

/// The help of --particles, on one line.
std::string help_of_particles(const std::vector<std::string>& arguments) {
    const std::string help = parse_command_line(arguments).text;
    const std::size_t begin = help.find("--particles N");
    std::string entry = help.substr(begin, help.find("\n  --", begin) - begin);
    for (std::size_t end = entry.find('\n'); end != std::string::npos; end = entry.find('\n')) {
        entry.replace(end, entry.find_first_not_of(" \n", end) - end, " ");
    }
    return entry;
}

TEST(CommandLine, HelpOfAStudyShowsItsDefaults) {
    EXPECT_THAT(help_of_particles({"study", "--help"}), HasSubstr("default depends on the study"));
    EXPECT_THAT(help_of_particles({"study", "laws", "--help"}), HasSubstr("default 1000000"));
    EXPECT_THAT(help_of_particles({"study", "--help", "spacings"}), HasSubstr("default 4096"));
    EXPECT_THAT(help_of_particles({"study", "ncsnv2", "--help", "all"}), HasSubstr("not used by this study"));
    EXPECT_THAT(parse_command_line({"study", "objectives", "--help=all"}).text, HasSubstr("default 1500"));
}

TEST(CommandLine, NamesTheNearestCommandAndFlag) {
    EXPECT_THAT(refusal({"smaple"}), HasSubstr("did you mean 'sample'?"));
    EXPECT_THAT(refusal({"program", "--stpes", "5"}), HasSubstr("did you mean '--steps'?"));
    EXPECT_THAT(refusal({"program", "--stpes=5"}), HasSubstr("did you mean '--steps'?"));
    EXPECT_THAT(refusal({"--json", "devices"}), HasSubstr("put the command first"));
}

TEST(CommandLine, NamesTheFlagThatEndsInWhatIsSaid) {
    EXPECT_THAT(refusal({"sample", "--eta", ".5"}), HasSubstr("did you mean '--sampler.eta'?"));
    EXPECT_THAT(refusal({"sample", "-eta=.5"}), HasSubstr("did you mean '--sampler.eta'?"));
    EXPECT_THAT(refusal({"train", "--batch", "5"}), HasSubstr("did you mean '--train.batch'?"));
    EXPECT_THAT(refusal({"sample", "--batch", "5"}), testing::Not(HasSubstr("train.batch")));
    EXPECT_THAT(refusal({"program", "--Steps", "5"}), HasSubstr("did you mean '--steps'?"));
}

TEST(CommandLine, NamesNoFlagThatIsFarFromWhatIsSaid) {
    EXPECT_THAT(refusal({"render", "--pictures", "3"}),
                testing::StrEq("unknown flag '--pictures' (render): no such flag; see 'scorefield render --help'"));
    EXPECT_THAT(refusal({"render", "--", "3"}), testing::Not(HasSubstr("did you mean")));
}

TEST(CommandLine, RefusesRepeatedAndMissingValues) {
    EXPECT_THAT(refusal({"program", "--steps", "5", "--steps", "5"}), HasSubstr("given twice (--steps)"));
    EXPECT_THAT(refusal({"program", "--json", "--json"}), HasSubstr("given twice (--json)"));
    EXPECT_THAT(refusal({"program", "--steps"}), HasSubstr("missing value (--steps)"));
    EXPECT_THAT(refusal({"program", "--steps="}), HasSubstr("missing value (--steps)"));
    EXPECT_THAT(refusal({"program", "--steps", "--json"}), HasSubstr("missing value (--steps)"));
    EXPECT_THAT(refusal({"program", "--out", "--json"}), HasSubstr("missing value (--out)"));
    EXPECT_THAT(refusal({"program", "--json=1"}), HasSubstr("takes no value"));
    EXPECT_THAT(refusal({"program", "--model", ""}), HasSubstr("(--model)"));
    EXPECT_THAT(refusal({"sample"}), HasSubstr("missing --out (sample)"));
    EXPECT_THAT(refusal({"train", "--out", "x"}), HasSubstr("missing --data (train)"));
}

TEST(CommandLine, RefusesWhatStandsInNoPlace) {
    EXPECT_THAT(refusal({"program", "5"}), HasSubstr("unexpected argument '5'"));
    EXPECT_THAT(refusal({"program", "--", "5"}), HasSubstr("unexpected argument '5'"));
    EXPECT_THAT(refusal({"program", "sample"}), HasSubstr("unexpected argument 'sample'"));
    EXPECT_THAT(refusal({"program", ""}), HasSubstr("unexpected argument ''"));
    EXPECT_THAT(refusal({""}), HasSubstr("unknown command ''"));
    EXPECT_THAT(refusal({"-5"}), HasSubstr("unknown flag '-5'"));
}

TEST(CommandLine, CountsTheFilesOfScore) {
    EXPECT_EQ(parse_command_line({"score", "a", "b"}).settings.files, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(parse_command_line({"score", "--data", "d", "a"}).settings.files, std::vector<std::string>{"a"});
    EXPECT_THAT(refusal({"score"}), HasSubstr("missing file"));
    EXPECT_THAT(refusal({"score", "a"}), HasSubstr("only one file is given"));
    EXPECT_THAT(refusal({"score", "a", "b", "c"}), HasSubstr("2 references are given"));
    EXPECT_THAT(refusal({"score", "a", "b", "--data", "d"}), HasSubstr("2 references are given"));
}

/// 3 000 lines of plausible and implausible words: each is taken or refused with one line and status 2.
TEST(CommandLine, RandomLinesAreTakenOrRefused) {
    std::vector<std::string> words = {"",  "-",  "--", "-h5", "--x", "=",    "--=", "5",   "-5",  "1e9", "nan",
                                      "ä", "{}", "[]", "a=b", "@f",  "\x01", "\n",  "foo", "1/2", "on",  "ddim",
                                      "!", "%s", "\\", "'",   "\"",  " ",    "/",   "..",  "#",   "off", "--json=1"};
    for (const settings::CommandInfo& info : settings::commands()) words.emplace_back(info.name);
    for (const settings::Setting& setting : settings::setting_table())
        words.push_back("--" + std::string(setting.name));
    std::mt19937 random(7);
    int taken = 0;
    for (int line = 0; line < 3'000; ++line) {
        std::vector<std::string> arguments(random() % 6);
        for (std::string& argument : arguments) {
            argument = words[random() % words.size()];
            if (random() % 8 == 0 && !argument.empty()) argument[random() % argument.size()] ^= char(1 << random() % 7);
        }
        if (!arguments.empty() && random() % 2 == 0)
            arguments[0] = settings::commands()[random() % settings::commands().size()].name;
        try {
            parse_command_line(arguments);
            ++taken;
        } catch (const base::Error& error) {
            const std::string message = base::with_flags(error.what());
            ASSERT_EQ(error.exit_status(), 2) << message;
            ASSERT_EQ(message.find('\n'), std::string::npos) << message;
        }
    }
    EXPECT_GT(taken, 30);
}

}  // namespace
}  // namespace scorefield::cli
