#pragma once

#include <string>

#include "app/viewer/messages.hpp"
#include "app/viewer/requests.hpp"

namespace scorefield::app {

/// The strip at the lower edge of the window, with the device, and the messages, which stand at that edge whether the
/// strip is there or not. Long or many messages grow upwards over what is there; nothing makes room for them.
class StatusBar {
  public:
    /// `device`: its name; `reason`: why it was chosen.
    StatusBar(std::string device, std::string reason) : device_(std::move(device)), reason_(std::move(reason)) {}

    /// `height`: in screen units. `menu`: a button that opens the panel, which has no room beside the picture.
    void draw_strip(float height, bool menu, Requests& requests) const;
    /// A message of one line is as high as the strip. Takes away what the user dismisses.
    void draw_messages(float height, Messages& messages);
    /// The mouse is on a message, which should stay.
    bool is_read() const { return is_read_; }

  private:
    std::string device_;
    std::string reason_;
    bool is_read_ = false;
};

}  // namespace scorefield::app
