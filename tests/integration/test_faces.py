"""The paths that clients of exploratory analyses and of drift know."""

from uuid import uuid4

import httpx2

from service.catalog.catalogue import CATALOGUE


def new_dataset(client: httpx2.Client) -> str:
    return client.post("/api/v1/datasets", json={"name": f"set {uuid4()}"}).json()["id"]


def ended(client: httpx2.Client, task_id: str) -> dict[str, object]:
    return client.get(f"/api/v1/tasks/{task_id}", params={"wait": 20}).json()


def test_an_analysis_is_never_run_then_fresh_then_stale(
    client: httpx2.Client, dataset_id: str
) -> None:
    def status() -> dict[str, object]:
        told = client.get(f"/eda/{dataset_id}/status").json()
        assert told["dataset_id"] == dataset_id
        assert set(told["analyses"]) == {entry.name for entry in CATALOGUE.of_one_dataset}
        return told["analyses"]["image_analysis"]

    assert status() == {"status": "never", "task_id": None, "stale_items": 0}
    asked = client.post(f"/eda/async/{dataset_id}/image-analysis")
    task_id = asked.json()["id"]
    assert asked.status_code == 202
    assert ended(client, task_id)["status"] == "completed"
    assert status() == {"status": "fresh", "task_id": task_id, "stale_items": 0}
    client.put(f"/api/v1/datasets/{dataset_id}/files/1.jpg", content=b"no picture")
    assert status() == {"status": "stale", "task_id": task_id, "stale_items": 1}


def test_a_fresh_analysis_answers_unless_it_is_forced(
    client: httpx2.Client, dataset_id: str
) -> None:
    address = f"/eda/async/{dataset_id}/image-analysis"
    first = client.post(address, headers={"Prefer": "wait=20"}).json()

    again = client.post(address, json={"params": {}})
    forced = client.post(address, json={"force": True})

    assert (again.status_code, again.json()["id"], again.json()["cached"]) == (
        200,
        first["id"],
        True,
    )
    assert (forced.status_code, forced.json()["id"] != first["id"]) == (202, True)


def test_an_unknown_analysis_says_which_are_known(client: httpx2.Client, dataset_id: str) -> None:
    told = client.post(f"/eda/async/{dataset_id}/palmistry")

    assert (told.status_code, told.json()["code"]) == (422, "unknown_task_type")
    assert "image-analysis" in told.json()["detail"]


def test_drift_is_a_task_of_two_datasets(client: httpx2.Client, dataset_id: str) -> None:
    target_id = new_dataset(client)
    asked = {"dataset_id": dataset_id, "target_id": target_id}

    submitted = client.post("/drift/async", json=asked, headers={"Prefer": "wait=20"})
    again = client.post("/drift/async", json=asked)
    read = client.get(f"/drift/task/{submitted.json()['id']}").json()

    assert (read["type"], read["status"]) == ("drift", "completed")
    assert (read["dataset_id"], read["target_id"]) == (dataset_id, target_id)
    assert (again.status_code, again.json()["id"], again.json()["cached"]) == (
        200,
        read["id"],
        True,
    )
    result = client.get(read["links"]["result"]).json()
    assert (result["drifted"], result["code"]) == (None, "empty")


def test_a_dataset_against_itself_is_a_problem_that_names_the_field(
    client: httpx2.Client, dataset_id: str
) -> None:
    told = client.post("/drift/async", json={"dataset_id": dataset_id, "target_id": dataset_id})

    assert (told.status_code, told.json()["code"]) == (422, "invalid_target")
    assert told.json()["errors"][0]["field"] == "target_id"


def test_a_target_that_is_not_there_is_a_problem(client: httpx2.Client, dataset_id: str) -> None:
    nobody = str(uuid4())

    told = client.post("/drift/async", json={"dataset_id": dataset_id, "target_id": nobody})

    assert (told.status_code, told.json()["code"]) == (404, "dataset_not_found")
    assert nobody in told.json()["detail"]


def test_each_face_shows_its_own_tasks(client: httpx2.Client, dataset_id: str) -> None:
    asked = {"dataset_id": dataset_id, "target_id": new_dataset(client)}
    drift = client.post("/drift/async", json=asked).json()["id"]
    analysis = client.post(f"/eda/async/{dataset_id}/image-analysis").json()["id"]

    statuses = [
        client.get(path).status_code
        for path in (
            f"/drift/task/{drift}",
            f"/eda/task/{analysis}",
            f"/drift/task/{analysis}",
            f"/eda/task/{drift}",
        )
    ]

    assert statuses == [200, 200, 404, 404]
