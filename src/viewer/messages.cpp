#include "viewer/messages.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace scorefield::viewer {

std::string_view message_kind_name(MessageKind kind) {
    switch (kind) {
        case MessageKind::error:
            return "error";
        case MessageKind::warning:
            return "warning";
        default:
            return "note";
    }
}

double Messages::life(const Message& message) {
    constexpr double kReading = 0.06;  // seconds per character
    const double least = message.kind == MessageKind::error ? 12 : message.kind == MessageKind::warning ? 9 : 5;
    return std::max(least, kReading * static_cast<double>(message.text.size()));
}

void Messages::add(Message message, std::string topic) {
    if (message.text.empty()) return;
    message.text = base::with_flags(message.text);
    std::erase_if(shown_, [&](const Shown& earlier) {
        return topic.empty() ? earlier.message.text == message.text : earlier.topic == topic;
    });
    if (shown_.size() == kMost) shown_.erase(shown_.begin());
    const double left = life(message);
    shown_.push_back({std::move(message), std::move(topic), left});
}

void Messages::add_note(const std::string& text) {
    if (!holds_notes_) {
        add({MessageKind::info, text}, text);
        if (!text.empty()) shown_.back().is_note = true;
        return;
    }
    std::erase(held_notes_, text);
    if (held_notes_.size() == kMost) held_notes_.erase(held_notes_.begin());
    held_notes_.push_back(text);
}

void Messages::hold_notes(bool hold) {
    holds_notes_ = hold;
    if (hold) {
        for (const Shown& shown : shown_) {
            if (shown.is_note) add_note(shown.topic);
        }
        std::erase_if(shown_, [](const Shown& shown) { return shown.is_note; });
        return;
    }
    for (const std::string& text : std::exchange(held_notes_, {})) add_note(text);
}

void Messages::resolve(std::string_view topic) {
    std::erase(held_notes_, topic);
    std::erase_if(shown_, [&](const Shown& earlier) { return earlier.topic == topic; });
}

void Messages::dismiss(std::size_t index) {
    if (index < shown_.size()) shown_.erase(shown_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Messages::advance(double seconds) {
    for (Shown& message : shown_) message.left -= seconds;
    std::erase_if(shown_, [](const Shown& message) { return message.left <= 0; });
}

}  // namespace scorefield::viewer
