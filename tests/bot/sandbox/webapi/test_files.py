"""files.*: announced, sent, completed once; seen by nobody else."""

import httpx
import pytest

BODY = b"level,name\r\n"


def announced(client, name="report.csv", body=BODY):
    answer = client.files_getUploadURLExternal(filename=name, length=len(body))
    return answer["file_id"], answer["upload_url"]


def test_a_file_is_shared_once(sandbox, client, refusal):
    """The bytes go to the URL, the completed upload is one message with its file, and is not completed again."""
    file_id, url = announced(client)
    assert httpx.post(url, content=BODY).status_code == 200
    assert sandbox.driver("U0ADA").dm() == []
    files = [{"id": file_id, "title": "The report"}]
    done = client.files_completeUploadExternal(files=files, channel_id="D0ADA", initial_comment="Here it is")
    assert [each["title"] for each in done["files"]] == ["The report"]
    (message,) = sandbox.driver("U0ADA").dm()
    assert (message["text"], message["files"][0]["name"]) == ("Here it is", "report.csv")
    again = refusal(client.files_completeUploadExternal, files=files, channel_id="D0ADA")
    assert again == "file_not_found"
    (kept,) = client.conversations_history(channel="D0ADA")["messages"]
    assert kept["files"][0]["id"] == file_id


def test_the_file_is_for_who_sees_the_message(sandbox, client):
    """Its link works for the person it was shared with, and for nobody else."""
    file_id, url = announced(client)
    httpx.post(url, content=BODY)
    client.files_completeUploadExternal(files=[{"id": file_id}], channel_id="D0ADA")
    link = f"{sandbox.url}/files/{file_id}"
    assert httpx.get(link, params={"as": "U0ADA"}).content == BODY
    assert httpx.get(link, params={"as": "U0BOB"}).status_code == 404
    assert httpx.get(f"{sandbox.url}/files/F0NONE", params={"as": "U0ADA"}).status_code == 404


@pytest.mark.parametrize("sent", [b"", BODY[:-1], BODY + b"!"])
def test_all_bytes_must_be_there(client, refusal, sent):
    """Fewer or more bytes than announced are refused, and the upload cannot be completed."""
    file_id, url = announced(client)
    assert httpx.post(url, content=sent).status_code == 400
    assert refusal(client.files_completeUploadExternal, files=[{"id": file_id}]) == "file_not_found"


def test_without_a_channel_it_stays_private(sandbox, client):
    """A completed upload that names no channel is seen by nobody."""
    file_id, url = announced(client)
    httpx.post(url, content=BODY)
    assert client.files_completeUploadExternal(files=[{"id": file_id}])["files"][0]["id"] == file_id
    assert sandbox.driver("U0ADA").dm() == []


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"channel_id": "U0ADA"}, "invalid_arguments"),
        ({"channel_id": "D0NOBODY"}, "channel_not_found"),
        ({"channel_id": "C0FAR"}, "channel_not_found"),
        ({"channel_id": "D0ADA", "thread_ts": "1.2"}, "thread_not_found"),
    ],
)
def test_where_it_may_be_shared(client, refusal, more, error):
    """Only a conversation's id that the app is in; a person's id is none."""
    file_id, url = announced(client)
    httpx.post(url, content=BODY)
    assert refusal(client.files_completeUploadExternal, files=[{"id": file_id}], **more) == error


def test_bad_arguments(client, refusal):
    """A file has a name and a length, a completion its files."""
    assert refusal(client.files_getUploadURLExternal, filename="", length=3) == "invalid_arguments"
    assert refusal(client.files_getUploadURLExternal, filename="a", length=0) == "invalid_arguments"
    assert refusal(client.files_completeUploadExternal, files=[]) == "invalid_arguments"
    assert refusal(client.files_completeUploadExternal, files=[{"id": "F0NONE"}]) == "file_not_found"
    long = "x" * 1001
    assert (
        refusal(client.files_getUploadURLExternal, filename="a", length=3, alt_txt=long)
        == "alt_txt_too_large"
    )


def test_the_scope_is_needed(new_sandbox, client_of, refusal):
    """Without files:write nothing is taken."""
    client = client_of(new_sandbox(without_scopes=frozenset({"files:write"})))
    assert refusal(client.files_getUploadURLExternal, filename="a", length=3) == "missing_scope"
    assert refusal(client.files_completeUploadExternal, files=[{"id": "F"}]) == "missing_scope"
