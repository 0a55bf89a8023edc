*** Settings ***
Documentation       ``bugcapture list``, the ledger.
Resource            commands.resource
Test Setup          Make A Project
Test Teardown       Remove The Project


*** Test Cases ***
A Table For People
    ${result} =    Bugcapture    0    list
    @{lines} =    Evaluate    $result.stdout.splitlines()
    Should Be Equal    ${lines}[0]    BUG${SPACE * 2}STATE${SPACE * 5}FRAMEWORK${SPACE * 2}WHERE${SPACE * 21}TEST
    Should Match Regexp    ${lines}[1]    ^#7 +captured +behave +features/cart\\.feature:5 +Every item counts$
    Should Match Regexp    ${lines}[2]    ^#8 +guarded +behave +features/cart\\.feature:10 +An empty cart costs nothing$
    Should Be Equal    ${result.stderr}    bugcapture: 2 bugs, 2 tests in 1 test file

JSON For Programs, Into A File
    ${result} =    Bugcapture    0    list    --state\=captured    --format\=json    --output\=ledger.json    --quiet
    Should Be Empty    ${result.stdout}
    Should Be Empty    ${result.stderr}
    ${text} =    Get File    ${PROJECT}/ledger.json
    ${ledger} =    Read JSON    ${text}    bugcapture.list/1
    Length Should Be    ${ledger}[bugs]    1
    Should Be Equal    ${ledger}[bugs][0][id]    ${7}
    Should Be Equal    ${ledger}[bugs][0][tests][0][location]    features/cart.feature:5

A Pipe Gets The Result And Nothing Else
    ${result} =    Bugcapture    0    list    --quiet    --format\=json
    Read JSON    ${result.stdout}    bugcapture.list/1
    Should Be Empty    ${result.stderr}

A Reader That Went Away Is No Error
    VAR    ${script}    { sleep 0.3; bugcapture list --quiet; echo "code $?" >&2; } | true
    ${result} =    Run In Project    0    sh    -c    ${script}
    Should Be Equal    ${result.stderr}    code 0
