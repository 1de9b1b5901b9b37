"""A plain ASGI application: waits a little, computes a little, answers."""
import asyncio


def compute(n):
    return sum(i * i for i in range(n))


async def wait_a_little():
    await asyncio.sleep(0.001)


async def answer(scope, receive, send):
    if scope["type"] != "http":
        return
    await wait_a_little()
    body = str(compute(200)).encode()
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
