#include "settings/command_text.hpp"

#include <gmock/gmock.h>

#include <vector>

#include "cli/command_line.hpp"
#include "settings/said.hpp"

namespace scorefield::settings {
namespace {

/// The words of a command line without the name of the binary, as a shell reads them.
std::vector<std::string> words_of(const std::string& command) {
    std::vector<std::string> words = {""};
    bool quoted = false;
    for (std::size_t i = 0; i < command.size(); ++i) {
        const char letter = command[i];
        if (letter == '\\' && !quoted) {
            words.back() += command[++i];
        } else if (letter == '\'') {
            quoted = !quoted;
        } else if (letter == ' ' && !quoted) {
            words.emplace_back();
        } else {
            words.back() += letter;
        }
    }
    words.erase(words.begin());
    return words;
}

TEST(CommandText, IsEmptyOfWhatNobodySaid) {
    EXPECT_EQ(command_text(Settings{}), "scorefield");
    Settings sample;
    sample.command = Command::sample;
    EXPECT_EQ(command_text(sample), "scorefield sample");
}

TEST(CommandText, SaysWhatDiffersFromTheDefaults) {
    EXPECT_EQ(command_text(said({{"sampler", "heun"}, {"steps", "50"}, {"sampler.clip", "2"}}, Command::view)),
              "scorefield --sampler heun --sampler.clip 2");
    EXPECT_EQ(command_text(said({{"target", "mixture_a"}, {"prediction", "epsilon"}}, Command::view)),
              "scorefield --target mixture_a --prediction epsilon");
    EXPECT_EQ(command_text(said({{"out", "it's here.npy"}, {"stats", ""}, {"shard", "2/3"}})),
              "scorefield sample --shard 2/3 --stats --out 'it'\\''s here.npy'");
    EXPECT_EQ(command_text(said({{"program", "p.json"}, {"particles", "7"}}, Command::view)),
              "scorefield --program p.json --particles 7");
}

TEST(CommandText, LeavesOutDefaultsThatWereSaid) {
    EXPECT_EQ(command_text(said({{"target", "gaussian"}, {"dim", "2"}, {"process", "ddpm"}, {"particles", "10000"}},
                                Command::view)),
              "scorefield --target gaussian");
    // The default is the number of rows there.
    EXPECT_EQ(command_text(said({{"particles", "10000"}, {"init", "a.npy"}}, Command::view)),
              "scorefield --particles 10000 --init a.npy");
    // An objective has its own process.
    EXPECT_EQ(command_text(said({{"process", "ddpm"}, {"objective", "edm"}}, Command::train)),
              "scorefield train --process ddpm --objective edm");
}

TEST(CommandText, LeavesOutWhatTheNetworkDetermines) {
    EXPECT_EQ(command_text(said({{"process", "edm"}, {"process.sigma_max", "9"}, {"prediction", "x0"}}, Command::view)),
              "scorefield");
    EXPECT_EQ(command_text(said({{"process", "edm"}, {"prediction", "x0"}}, Command::program)),
              "scorefield program --process edm --prediction x0");
    EXPECT_EQ(command_text(said({{"process", "edm"}, {"process.rho", "3"}}, Command::view)),
              "scorefield --process.rho 3");
}

// A setting of the scene that was put back to its default would come back with the scene.
TEST(CommandText, SpellsOutAScene) {
    Settings settings =
        said({{"scene", "assets/scenes/11_tree.json"}, {"target", "tree"}, {"steps", "20"}}, Command::view);
    EXPECT_EQ(command_text(settings), "scorefield --target tree --steps 20");
    settings.steps = 50;
    EXPECT_EQ(command_text(settings), "scorefield --target tree");
}

TEST(CommandText, NamesNoFileThatTheViewerWrites) {
    EXPECT_EQ(
        command_text(said({{"frame-log", "frames.csv"}, {"trace", "t.json"}, {"trace.frames", "9"}, {"steps", "20"}},
                          Command::view)),
        "scorefield --steps 20");
}

TEST(CommandText, IsReadBackAsTheSameSettings) {
    const auto check = [](Command command, std::initializer_list<std::pair<const char*, const char*>> values) {
        const Settings settings = said(values, command);
        const std::string text = command_text(settings);
        SCOPED_TRACE(text);
        const Settings read = cli::parse_command_line(words_of(text)).settings;
        EXPECT_EQ(read.command, command);
        for (const Setting& setting : setting_table()) {
            EXPECT_EQ(value_text(read, setting), value_text(settings, setting)) << setting.name;
        }
    };
    check(Command::sample, {{"out", "a.npy"}, {"target", "gmm my mixture.json"}, {"process", "edm"}, {"steps", "12"}});
    check(Command::sample, {{"out", "a.npy"}, {"timesteps", "900,20"}, {"spacing.final", "sigma_min"}});
    check(Command::sample, {{"out", "a b.npy"}, {"program", "three_states"}, {"seed", "18446744073709551615"}});
    check(Command::render, {{"out", "f_%04d.png"}, {"look.exposure", "-2.5"}, {"captions", "off"}, {"fps", "1"}});
    check(Command::train, {{"out", "a.safetensors"}, {"data", "pinwheel"}, {"train.conditional", "on"}});
    check(Command::view,
          {{"target", "tree"}, {"process.schedule", "cosine"}, {"process.zero_snr", "on"}, {"sampler", "gamma"}});
}

}  // namespace
}  // namespace scorefield::settings
