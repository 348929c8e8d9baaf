#include "viewer/remembered.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/scratch.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

const RememberedWindow kWindow = {.place = WindowPlace{-40, 25},
                                  .width = 1000,
                                  .height = 600,
                                  .panel = false,
                                  .panel_width = 412.5F,
                                  .theme = "light",
                                  .text_size = "19"};

/// What is read from a folder whose file has this text; the note must name the file.
RememberedWindow read_text(const std::string& text) {
    const base::ScratchFolder folder;
    std::ofstream(folder.path() / "window.json") << text;
    fs::permissions(folder.path() / "window.json", fs::perms::owner_read | fs::perms::owner_write);
    std::string note;
    RememberedWindow window = read_remembered(folder.path(), note);
    EXPECT_NE(note.find("window.json is damaged and was ignored"), std::string::npos) << text << ": " << note;
    return window;
}

TEST(RememberedWindow, ComesBackAsItWasWritten) {
    const base::ScratchFolder scratch;
    const fs::path folder = scratch.path() / "not there yet" / "scorefield";
    std::string note;
    EXPECT_EQ(read_remembered(folder, note), RememberedWindow()) << "nothing is remembered at the first start";
    write_remembered(folder, kWindow);
    EXPECT_EQ(read_remembered(folder, note), kWindow);
    RememberedWindow unplaced = kWindow;
    unplaced.place.reset();
    write_remembered(folder, unplaced);
    EXPECT_EQ(read_remembered(folder, note), unplaced);
    EXPECT_EQ(note, "");
}

TEST(RememberedWindow, IgnoresADamagedFileAndSaysSo) {
    const std::string sound =
        R"("width": 800, "height": 600, "panel": true, "panel_width": 0, "theme": "dark", "text_size": "15")";
    for (const std::string& text :
         {std::string(), std::string("{"), std::string("[]"), std::string("{}"), "{" + sound.substr(0, 30) + "}",
          "{" + sound + R"(, "left": "x", "top": 0})", "{" + sound + R"(, "left": 5})",
          "{" + sound + R"(, "left": 1e300, "top": 0})",
          std::string(
              R"({"width": 0, "height": 600, "panel": true, "panel_width": 0, "theme": "dark", "text_size": "15"})"),
          std::string(
              R"({"width": 800, "height": 600, "panel": true, "panel_width": -1, "theme": "dark", "text_size": "15"})"),
          std::string(
              R"({"width": 800, "height": 600, "panel": true, "panel_width": 0, "theme": "red", "text_size": "15"})"),
          std::string(
              R"({"width": 800, "height": 600, "panel": true, "panel_width": 0, "theme": "dark", "text_size": 15})")}) {
        EXPECT_EQ(read_text(text), RememberedWindow()) << text;
    }
}

TEST(RememberedWindow, YieldsToFlags) {
    settings::Request request;
    take_remembered(kWindow, request);
    EXPECT_EQ(request.settings.width, 1000U);
    EXPECT_EQ(request.settings.height, 600U);
    EXPECT_EQ(request.settings.theme, "light");
    EXPECT_EQ(request.settings.text_size, "19");
    EXPECT_TRUE(request.given.empty()) << "these are no flags";
    settings::Request given;
    given.given = {"height", "ui.theme", "ui.text_size"};
    take_remembered(kWindow, given);
    EXPECT_EQ(given.settings.width, settings::Settings().width) << "a size is not mixed from two";
    EXPECT_EQ(given.settings.height, settings::Settings().height);
    EXPECT_EQ(given.settings.theme, "dark");
    EXPECT_EQ(given.settings.text_size, "15");
    settings::Request first;
    take_remembered({}, first);
    EXPECT_EQ(first.settings.width, settings::Settings().width);
    EXPECT_EQ(first.settings.theme, "dark");
}

}  // namespace
}  // namespace scorefield::viewer
