*** Settings ***
Documentation       ``bugcapture evidence``: what sharded runs leave behind, merged and checked.
Resource            commands.resource
Test Setup          Make A Project
Test Teardown       Remove The Project


*** Test Cases ***
A Run And Its Check
    Run The Tests    one
    ${result} =    Bugcapture    0    evidence    check    one
    Should Be Empty    ${result.stdout}
    Should Be Equal    ${result.stderr}
    ...    bugcapture: 2 captured tests of 2 bugs, 0 without evidence; verdicts: 1 passed, 1 expected_failure

A Lost Test Is Exit Code One, With Its Place
    Run The Tests    one    --name\=Every item counts
    ${result} =    Bugcapture    1    evidence    check    one
    Should Start With    ${result.stdout}
    ...    features/cart.feature:10: E1 captured test 'An empty cart costs nothing' (#8) has no evidence: it was not run
    ${result} =    Bugcapture    0    evidence    check    one    --ids\=7
    Should Be Empty    ${result.stdout}

Shards Are Merged Into One File
    Run The Tests    one    --name\=Every item counts
    Run The Tests    two    --name\=An empty cart
    ${result} =    Bugcapture    0    evidence    merge    two    one    --output\=all.jsonl    --quiet
    Should Be Empty    ${result.stdout}
    Should Be Empty    ${result.stderr}
    ${text} =    Get File    ${PROJECT}/all.jsonl
    @{records} =    Evaluate    [json.loads(line) for line in $text.splitlines()]    modules=json
    Length Should Be    ${records}    2
    Should Be Equal    ${records}[0][location]    features/cart.feature:5
    Should Be Equal    ${records}[1][location]    features/cart.feature:10
    Bugcapture    0    evidence    check    all.jsonl
    ${again} =    Bugcapture    0    evidence    merge    all.jsonl    one    two
    Should Be Equal    ${again.stdout}\n    ${text}

JSON For Programs
    Run The Tests    one
    ${result} =    Bugcapture    0    evidence    check    one    --format\=json    --quiet
    ${document} =    Read JSON    ${result.stdout}    bugcapture.evidence-check/1
    Should Be Equal    ${document}[missing]    ${0}
    ${result} =    Bugcapture    0    evidence    merge    one    --format\=json    --quiet
    ${document} =    Read JSON    ${result.stdout}    bugcapture.evidence-merge/1
    Length Should Be    ${document}[records]    2

The Folder Of The Project Is The Default
    Create File    ${PROJECT}/pyproject.toml    [tool.bugcapture]\nevidence \= "build/evidence"\n
    Bugcapture    2    evidence    check
    Run In Project    0    behave    --no-summary    --format\=null
    Bugcapture    0    evidence    check
    ${result} =    Bugcapture    0    evidence    merge    --format\=text
    Should Start With    ${result.stdout}    BUG${SPACE * 2}TESTS

A Torn Line Is Told And Costs Nothing Else
    Run The Tests    one
    Create File    ${PROJECT}/one/torn.jsonl    {"schema":"bugcapture.evid
    ${result} =    Bugcapture    0    evidence    check    one
    Should Be Equal    ${result.stdout}
    ...    one/torn.jsonl:1: E3 is no JSON: {"schema":"bugcapture.evid

A Reader That Went Away Is No Error
    Run The Tests    one
    VAR    ${script}    { sleep 0.3; bugcapture evidence merge one --quiet; echo "code $?" >&2; } | true
    ${result} =    Run In Project    0    sh    -c    ${script}
    Should Be Equal    ${result.stderr}    code 0


*** Keywords ***
Run The Tests
    [Documentation]    Runs Behave with evidence into this folder.
    [Arguments]    ${folder}    @{arguments}
    Set Variable For Commands    BUGCAPTURE_EVIDENCE_DIR    ${folder}
    Run In Project    0    behave    --no-summary    --format\=null    @{arguments}
    Remove From Dictionary    ${ENVIRONMENT}    BUGCAPTURE_EVIDENCE_DIR
