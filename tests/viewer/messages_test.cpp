#include "viewer/messages.hpp"

#include <gtest/gtest.h>

namespace scorefield::viewer {
namespace {

std::vector<std::string> texts(const Messages& messages) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < messages.count(); ++i) all.push_back(messages.at(i).text);
    return all;
}

using Texts = std::vector<std::string>;

TEST(Messages, GoByThemselvesTheMoreSeriousLater) {
    Messages messages;
    messages.add({MessageKind::error, "e"});
    messages.add({MessageKind::warning, "w"});
    messages.add({MessageKind::info, "i"});
    messages.advance(Messages::life({MessageKind::info, "i"}) + 0.1);
    EXPECT_EQ(texts(messages), (Texts{"e", "w"}));
    messages.advance(Messages::life({MessageKind::warning, "w"}) - Messages::life({MessageKind::info, "i"}));
    EXPECT_EQ(texts(messages), Texts{"e"});
    messages.advance(60);
    EXPECT_TRUE(messages.empty());
}

TEST(Messages, HoldNotesBackForALecture) {
    Messages messages;
    messages.add_note("now");
    EXPECT_EQ(texts(messages), Texts{"now"});
    messages.hold_notes(true);
    EXPECT_TRUE(messages.empty());
    for (const char* note : {"a", "b", "c", "d", "b"}) messages.add_note(note);
    messages.add({MessageKind::error, "e"});
    messages.resolve("c");
    messages.advance(60);
    EXPECT_TRUE(messages.empty());
    messages.hold_notes(false);
    EXPECT_EQ(texts(messages), (Texts{"d", "b"})) << "as many as can be shown, less the one that no longer applies";
    messages.hold_notes(true);
    messages.hold_notes(false);
    EXPECT_EQ(texts(messages), (Texts{"d", "b"}));
}

TEST(Messages, StayLongEnoughToBeRead) {
    EXPECT_GT(Messages::life({MessageKind::info, std::string(300, 'x')}), 10);
}

TEST(Messages, OfOneTopicTheNewestStands) {
    Messages messages;
    messages.add({MessageKind::error, "first"}, "run");
    messages.add({MessageKind::info, "saved"}, "save");
    messages.add({MessageKind::error, "second"}, "run");
    EXPECT_EQ(texts(messages), (Texts{"saved", "second"}));
    messages.resolve("run");
    EXPECT_EQ(texts(messages), Texts{"saved"});
}

TEST(Messages, AreFewAndNeverTwice) {
    Messages messages;
    for (const char* text : {"a", "b", "a", "c", "d", ""}) messages.add({MessageKind::info, text});
    EXPECT_EQ(texts(messages), (Texts{"a", "c", "d"}));
    messages.dismiss(1);
    messages.dismiss(7);
    EXPECT_EQ(texts(messages), (Texts{"a", "d"}));
    messages.dismiss_all();
    EXPECT_TRUE(messages.empty());
}

}  // namespace
}  // namespace scorefield::viewer
