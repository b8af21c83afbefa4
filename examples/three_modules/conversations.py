"""What is done about conversations."""

from oncehub_async.webhooks import Context, ConversationEvent, RetryLater, Router

from .diary import Diary

router = Router()


@router.on("conversation.closed")
async def follow_up(event: ConversationEvent, context: Context) -> None:
    """Call back, unless somebody else talks to the visitor right now."""
    diary: Diary = context.services
    if event.data.id in diary.busy:
        raise RetryLater(600, "somebody talks to them")
    diary.to_call.add(event.data.id)
