#include "settings/picture_text.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "base/error.hpp"
#include "cli/command_line.hpp"
#include "settings/command_text.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::settings {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

/// The smallest file that a reader of texts takes: a signature, a header, the texts and an end.
void write_picture(const std::string& path, const std::vector<data::PngText>& texts) {
    std::vector<std::uint8_t> bytes = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    bytes.resize(33, 0);
    bytes.insert(bytes.end(), {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0, 0, 0, 0});
    const std::vector<std::uint8_t> whole = data::with_texts(bytes, texts);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(whole.data()), static_cast<std::streamsize>(whole.size()));
}

class PictureText : public testing::Test {
  protected:
    base::ScratchFolder folder;
    std::string path = (folder / "picture.PNG").string();
};

TEST_F(PictureText, OpensTheSettingsThatAPictureCarries) {
    Settings settings = cli::parse_command_line({"view", "--target", "tree", "--sampler", "heun", "--steps", "7",
                                                 "--look.background", "light", "--ui.theme", "light"})
                            .settings;
    settings.title = "Ä title";
    write_picture(path, picture_texts(settings));
    EXPECT_TRUE(carries_scene(path));
    for (const std::vector<std::string>& words : {std::vector<std::string>{"view", path},
                                                  {"view", "--scene", path},
                                                  {"render", "--scene", path, "--out", "f"}}) {
        const Settings found = cli::parse_command_line(words).settings;
        EXPECT_EQ(found.target, "tree");
        EXPECT_EQ(found.steps, 7);
        EXPECT_EQ(found.look.background, render::Background::light);
        EXPECT_EQ(found.title, "Ä title");
        EXPECT_EQ(found.theme, Settings().theme) << "the window's look belongs to its user";
    }
    EXPECT_EQ(cli::parse_command_line({"view", path, "--steps", "9"}).settings.steps, 9);
}

TEST_F(PictureText, HoldsTheCommandThatDrawsItAgain) {
    const auto texts = picture_texts(cli::parse_command_line(
        {"render", "--sampler", "ddpm", "--look.axes", "on", "--out", "a sheet.png", "--quiet"}));
    EXPECT_THAT(texts, ElementsAre(Field(&data::PngText::text, "Scorefield"),
                                   Field(&data::PngText::text,
                                         "scorefield render --sampler ddpm --look.axes on --out 'a sheet.png' --quiet"),
                                   Field(&data::PngText::text, Not(HasSubstr("sheet")))))
        << "axes are not the default of a contact sheet, but that of other pictures";
}

TEST_F(PictureText, LeavesOutWhatAPngCannotHold) {
    Settings settings;
    settings.model = "\xFF.safetensors";
    EXPECT_EQ(picture_texts(settings).size(), 1U);
}

TEST_F(PictureText, IsReadAsAnybodysScene) {
    const auto refuses = [&](const std::string& scene, const std::string& words) {
        write_picture(path, {{kSceneKeyword, scene}});
        EXPECT_THAT([&] { cli::parse_command_line({"view", path}); }, ThrowsMessage<base::Error>(HasSubstr(words)));
    };
    refuses(R"({"frame-log": "x.csv"})", "a scene cannot set it");
    refuses(R"({"trace": "x.json"})", "a scene cannot set it");
    refuses(R"({"scene": "other.json"})", "a scene cannot set it");
    refuses(R"({"stepz": 3})", "did you mean 'steps'");
    refuses("{", "invalid scene");
    write_picture(path, {});
    EXPECT_FALSE(carries_scene(path));
    EXPECT_THAT(
        [&] {
            cli::parse_command_line({"view", path});
        },
        ThrowsMessage<base::Error>(HasSubstr("the picture carries no settings")));
    EXPECT_THAT(
        [&] {
            cli::parse_command_line({"view", path, "--scene", path});
        },
        ThrowsMessage<base::Error>(HasSubstr("two scenes")));
}

}  // namespace
}  // namespace scorefield::settings
