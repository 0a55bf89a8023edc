*** Settings ***
Documentation       From the capture to the fix: ``verify``, ``bisect``, ``gate`` and ``check --ratchet``.
Resource            commands.resource
Test Setup          Make A Repository
Test Teardown       Remove The Project


*** Test Cases ***
A Bug Is Verified, Recorded And Compared
    ${result} =    Bugcapture    0    verify    7    --runs\=2    --record    --format\=json
    ${document} =    Read JSON    ${result.stdout}    bugcapture.verify/1
    Should Be Equal    ${document}[tests][0][outcomes]    ${{ {'fail': 2} }}
    File Should Exist    ${PROJECT}/bugcapture.lock
    Create File    ${PROJECT}/shop.py    def total(prices):\n${SPACE * 4}return sum(prices)\n
    Bugcapture    1    verify    7    --runs\=1

The Commit That Brought A Bug In Is Found
    Create File    ${PROJECT}/NOTES.md    more
    Git    add    .
    Git    commit    --quiet    --message\=docs: more
    Create File    ${PROJECT}/shop.py    def total(prices):\n${SPACE * 4}return sum(prices)\n
    Git    commit    --quiet    --all    --message\=fix: count all
    Create File    ${PROJECT}/shop.py    def total(prices):\n${SPACE * 4}return 0\n
    Git    commit    --quiet    --all    --message\=perf: count nothing
    ${result} =    Bugcapture    0    bisect    7    --format\=json
    ${document} =    Read JSON    ${result.stdout}    bugcapture.bisect/1
    Should Be Equal    ${document}[culprit][subject]    perf: count nothing
    ${trees} =    Git    worktree    list
    Length Should Be    ${trees.splitlines()}    1

A Fix Passes The Gate
    Git    checkout    --quiet    -b    fix/total
    Create File    ${PROJECT}/NOTES.md    more
    Git    add    .
    Git    commit    --quiet    --message\=docs: more
    Create File    ${PROJECT}/shop.py    def total(prices):\n${SPACE * 4}return sum(prices)\n
    ${result} =    Bugcapture    0    gate    --base\=main
    Should Contain    ${result.stderr}    no bug is captured or fixed
    Bugcapture    0    graduate    7
    Git    commit    --quiet    --all    --message\=fix: count all\n\nISSUES CLOSED: #7
    ${result} =    Bugcapture    0    gate    --base\=main    --format\=json
    ${document} =    Read JSON    ${result.stdout}    bugcapture.gate/1
    Should Be Equal    ${document}[bugs][0][proof][proof]    PROVEN

No More Captures Than Allowed
    Create File    ${PROJECT}/pyproject.toml    [tool.bugcapture]\nmax_captured \= 0\n
    Bugcapture    1    check    --ratchet
    Create File    ${PROJECT}/pyproject.toml    [tool.bugcapture]\nmax_captured \= 1\n
    Bugcapture    0    check    --ratchet
