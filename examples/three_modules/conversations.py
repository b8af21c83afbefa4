"""What is done about conversations."""

from oncehub_async.webhooks import Context, ConversationEvent, RetryLater, Router

from .diary import Diary

router = Router[Diary]()


@router.on("conversation.closed")
async def follow_up(event: ConversationEvent, context: Context[Diary]) -> None:
    """Call back, unless somebody else talks to the visitor right now."""
    if event.data.id in context.services.busy:
        raise RetryLater(600, "somebody talks to them")
    context.services.to_call.add(event.data.id)
