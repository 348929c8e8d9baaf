#include "viewer/command_search.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace scorefield::viewer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::vector<SearchEntry> kEntries = {{"train.steps", "Optimiser steps"},
                                           {"steps", "Number of sampling steps"},
                                           {"steps-per-second", "Playback speed"},
                                           {"one step forward", ""},
                                           {"hold", "Time that the first and the last state are shown, between steps"},
                                           {"sampler.corrector_steps", "Corrections"}};

TEST(CommandSearch, PutsTitlesThatBeginWithTheWordsFirstAndHelpLast) {
    EXPECT_THAT(search(kEntries, "steps"), ElementsAre(1U, 2U, 0U, 5U, 4U));
    EXPECT_THAT(search(kEntries, "STEP"), ElementsAre(1U, 2U, 0U, 3U, 5U, 4U));
}

TEST(CommandSearch, NeedsEveryWordInAnyOrder) {
    EXPECT_THAT(search(kEntries, "steps second"), ElementsAre(2U));
    EXPECT_THAT(search(kEntries, "  forward one "), ElementsAre(3U));
    EXPECT_THAT(search(kEntries, "steps nothing"), IsEmpty());
}

TEST(CommandSearch, FindsAllWithoutAWord) {
    EXPECT_THAT(search(kEntries, " "), SizeIs(kEntries.size()));
}

TEST(CommandSearch, FindsEverySettingFirstByItsName) {
    std::vector<SearchEntry> all;
    for (const settings::Setting& setting : settings::setting_table()) {
        all.push_back({std::string(setting.name), std::string(setting.help)});
    }
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(search(all, all[i].title).front(), i) << all[i].title;
}

}  // namespace
}  // namespace scorefield::viewer
