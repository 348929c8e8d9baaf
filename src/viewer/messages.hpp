#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scorefield::viewer {

/// What a message is to the user; its colour and how long it stays.
enum class MessageKind { info, warning, error };

/// `note`, `warning` or `error`.
std::string_view message_kind_name(MessageKind kind);

struct Message {
    MessageKind kind = MessageKind::info;
    std::string text;
};

/// Messages shown to the user. Each expires by itself; longer and more severe messages stay longer.
class Messages {
  public:
    /// Shown at once.
    static constexpr std::size_t kMost = 3;

    /// Adds a message, as the newest. It takes the place of an earlier one of the same `topic` (empty: of the same
    /// text); beyond kMost the oldest goes. An empty text adds nothing.
    void add(Message message, std::string topic = {});
    /// Adds a note on data or run, or keeps it back while notes are held.
    void add_note(const std::string& text);
    /// Keeps notes back from now on, also those that are shown, as many as can be shown; or shows them.
    void hold_notes(bool hold);
    /// Removes the message of that topic, if there is one: it no longer applies.
    void resolve(std::string_view topic);
    /// Takes away one of shown(), or all.
    void dismiss(std::size_t index);
    void dismiss_all() { shown_.clear(); }
    /// Lets `seconds` ≥ 0 go by.
    void advance(double seconds);

    bool empty() const { return shown_.empty(); }
    std::size_t count() const { return shown_.size(); }
    /// The oldest first.
    const Message& at(std::size_t index) const { return shown_.at(index).message; }

    /// Seconds that a message of this kind and length stays.
    static double life(const Message& message);

  private:
    struct Shown {
        Message message;
        std::string topic;
        double left = 0;       ///< seconds
        bool is_note = false;  ///< from add_note
    };

    std::vector<Shown> shown_;
    bool holds_notes_ = false;
    std::vector<std::string> held_notes_;
};

}  // namespace scorefield::viewer
