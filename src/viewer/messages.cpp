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

void Messages::resolve(std::string_view topic) {
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
