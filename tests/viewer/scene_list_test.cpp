#include "viewer/scene_list.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/background_job.hpp"
#include "base/error.hpp"
#include "base/scratch.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

TEST(SceneList, ShipsAtLeastFifteenScenesWithTitleAndText) {
    const std::vector<ListedScene> scenes = scenes_in(shipped_scenes(), {});
    EXPECT_GE(scenes.size(), 15U);
    for (const ListedScene& scene : scenes) {
        EXPECT_NE(scene.title, scene.path.stem().string()) << scene.path;
        EXPECT_GT(scene.about.size(), 40U) << scene.path;
        EXPECT_LE(scene.title.size(), 50U) << scene.path << ": the card has one line for it";
    }
    EXPECT_TRUE(std::ranges::is_sorted(scenes, {}, &ListedScene::path));
}

TEST(SceneList, LeavesOutWhatIsNoScene) {
    const base::ScratchFolder folder;
    write(folder.path() / "b.json", R"({"title": "Second", "steps": 5})");
    write(folder.path() / "a.json", R"({"steps": 5})");
    write(folder.path() / "c.json", R"({"no such setting": 5})");
    write(folder.path() / "d.txt", R"({"steps": 5})");
    const std::vector<ListedScene> scenes = scenes_in(folder.path(), {});
    ASSERT_EQ(scenes.size(), 2U);
    EXPECT_EQ(scenes[0].title, "a") << "the file's name where there is no title";
    EXPECT_EQ(scenes[1].title, "Second");
    EXPECT_TRUE(scenes_in(folder.path() / "missing", {}).empty());
    EXPECT_THROW(scenes_in(folder.path(), [] { throw base::Cancelled(); }), base::Cancelled);
}

TEST(SceneList, OpensAFileOnTheMachineThatShowsIt) {
    const base::ScratchFolder folder;
    const fs::path scene = folder.path() / "assets" / "scenes" / "one.json";
    write(scene, R"({"title": "One", "sampler": "ddpm", "width": 99, "model": "assets/one.safetensors"})");
    write(folder.path() / "assets" / "one.safetensors", "");
    write(folder.path() / "assets" / "scenes" / "points.csv", "0,0");
    settings::Settings shown;
    shown.width = 640;
    shown.device = "host";
    shown.frame_log = "log.csv";
    shown.sampler.name = "heun";
    const settings::Settings settings = settings_of_scene(scene, shown);
    EXPECT_EQ(settings.title, "One");
    EXPECT_EQ(settings.sampler.name, "ddpm");
    EXPECT_EQ(settings.width, 640U) << "the window stays";
    EXPECT_EQ(settings.device, "host");
    EXPECT_EQ(settings.frame_log, "log.csv");
    EXPECT_EQ(settings.model, (folder.path() / "assets" / "one.safetensors").string());
    write(scene, R"({"target": "empirical assets/scenes/points.csv"})");
    EXPECT_EQ(settings_of_scene(scene, shown).target,
              "empirical " + (folder.path() / "assets" / "scenes" / "points.csv").string());
    write(scene, R"({"target": "empirical moons"})");
    EXPECT_EQ(settings_of_scene(scene, shown).target, "empirical moons");
    write(scene, "{");
    EXPECT_THROW(settings_of_scene(scene, shown), base::Error);
}

}  // namespace
}  // namespace scorefield::viewer
